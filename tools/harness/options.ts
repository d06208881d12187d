import { parseArgs } from "node:util";

/** What `npm run harness -- …` was asked for. */
export interface HarnessOptions {
  /** Print the points and run nothing. */
  readonly isList: boolean;
  /** A part of each kind of point, for a minute's time. */
  readonly isSmoke: boolean;
  readonly seed: number;
  /** `SCENARIO`, `SCENARIO:KIND` or `SCENARIO:POINT`. */
  readonly only?: string;
  /** Only these kinds of faults, `walk` among them; all when there are none. */
  readonly kinds: readonly string[];
  /** A file with a mutant to be killed. */
  readonly mutant?: string;
  /** Kill all the repository's. */
  readonly isMutants: boolean;
  /** Which part of the points this process runs, and of how many. */
  readonly shard: readonly [number, number];
  /** End at the first violation. */
  readonly isBrief: boolean;
}

export const USAGE = `usage: npm run harness -- [options]

  --list            print every point: SCENARIO:POINT, and the write or event it is at
  --only TEXT       run one scenario, one kind of fault of it, or one point: scale, scale:crash, scale:crash:4:during;
                    walk, or walk:FIELD, is the walk over every field of the spec
  --kind KIND       run one kind of fault: crash, stale, travel, leaders, event, answer, storm, outage, corrupt, walk;
                    may be given more than once
  --seed N          let chance decide otherwise (default 1)
  --smoke           some points of each scenario and kind
  --mutant FILE     run against a changed program; ends with 0 if the harness notices (killed), 2 if not (survived)
  --mutants         the same with each file of tools/harness/mutants; ends with 0 if all are killed`;

/** The options of a command line. @throws Error that says what is wrong */
export function harnessOptions(args: readonly string[]): HarnessOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      list: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      kind: { type: "string", multiple: true, default: [] },
      mutant: { type: "string" },
      mutants: { type: "boolean", default: false },
      shard: { type: "string", default: "0/1" },
      brief: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0)
    throw new Error(`Cannot use seed "${values.seed}": it must be a whole number`);
  const [part = 0, parts = 1] = values.shard.split("/").map(Number);
  return {
    isList: values.list,
    isSmoke: values.smoke,
    seed,
    isMutants: values.mutants,
    shard: [part, parts],
    isBrief: values.brief,
    kinds: values.kind,
    ...(values.only !== undefined && { only: values.only }),
    ...(values.mutant !== undefined && { mutant: values.mutant }),
  };
}
