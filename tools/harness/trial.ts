import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { argv } from "node:process";
import { mutantFrom } from "./mutant.ts";
import type { Tally } from "./report.ts";

/** How a mutant fared. */
export interface Verdict {
  readonly name: string;
  readonly isKilled: boolean;
  /** What noticed it, or why nothing could. */
  readonly by: string;
  readonly seconds: number;
}

/** Reading the program anew costs more than killing most mutants. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/compile"),
};

const MUTANTS = join(import.meta.dirname, "mutants");
/** A program that takes so long for what the sound one does in a fraction of it hangs. */
const LIMIT_MS = 600_000;

/** The repository's mutants. */
export function mutantFiles(): readonly string[] {
  return readdirSync(MUTANTS)
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .sort()
    .map((file) => join(MUTANTS, file));
}

/** Run the harness against a mutant until something is violated. @throws Error when the mutant does not fit */
export async function trial(file: string, seed: number): Promise<Verdict> {
  const { shows = [] } = mutantFrom(file);
  const startedMs = Date.now();
  const first = shows.flatMap((place) => ["--first", place]);
  const ended = await brokenRun(file, ["--brief", "--seed", String(seed), ...first]);
  const name = basename(file).replace(/\.[^.]*$/, "");
  const isSound = ended.tally?.failures.length === 0;
  return { name, isKilled: !isSound, by: noticedBy(ended), seconds: (Date.now() - startedMs) / 1000 };
}

interface Ended {
  readonly tally?: Tally;
  readonly code: number | null;
  readonly words: string;
}

function brokenRun(file: string, args: readonly string[]): Promise<Ended> {
  const child = fork(argv[1] ?? "", args, {
    execArgv: ["--conditions=@heliostat/source", "--import", join(import.meta.dirname, "load-mutant.ts")],
    env: { ...process.env, ...COMPILE_CACHE, HELIOSTAT_MUTANT: file },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  let tally: Tally | undefined;
  let words = "";
  child.stderr?.on("data", (text) => {
    words += text;
  });
  child.on("message", (message) => {
    tally = message as Tally;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, words, ...(tally && { tally }) });
    });
  });
}

function noticedBy({ tally, code, words }: Ended): string {
  const [failure] = tally?.failures ?? [];
  if (failure) return `${failure.point}: ${failure.violations[0]?.invariant}`;
  if (tally) return "nothing";
  if (code === null) return "its never ending";
  return `its end with ${code}: ${words.trim().split("\n").slice(0, 6).join(" | ").slice(0, 300)}`;
}

/** Try several, two at a time; `tell` hears of each as it ends. */
export async function trials(
  files: readonly string[],
  seed: number,
  tell: (verdict: Verdict) => void,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const rest = files.values();
  const lane = async (): Promise<void> => {
    for (const file of rest) {
      const verdict = await trial(file, seed);
      tell(verdict);
      verdicts.push(verdict);
    }
  };
  await Promise.all([lane(), lane()]);
  return verdicts;
}
