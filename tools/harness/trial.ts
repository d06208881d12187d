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
export function trial(file: string, seed: number): Promise<Verdict> {
  mutantFrom(file);
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = fork(argv[1] ?? "", ["--brief", "--seed", String(seed)], {
      execArgv: ["--conditions=@heliostat/source", "--import", join(import.meta.dirname, "load-mutant.ts")],
      env: { ...process.env, HELIOSTAT_MUTANT: file },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let tally: Tally | undefined;
    let words = "";
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      child.kill("SIGKILL");
    }, LIMIT_MS);
    child.stderr?.on("data", (text) => {
      words += text;
    });
    child.on("message", (message) => {
      tally = message as Tally;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const seconds = (Date.now() - startedMs) / 1000;
      const name = basename(file).replace(/\.[^.]*$/, "");
      const [failure] = tally?.failures ?? [];
      const by = failure
        ? `${failure.point}: ${failure.violations[0]?.invariant}`
        : tally
          ? "nothing"
          : isOverdue
            ? "it hangs"
            : `it ends with ${code}: ${words.trim().split("\n").slice(0, 6).join(" | ").slice(0, 300)}`;
      resolve({ name, isKilled: failure !== undefined || tally === undefined, by, seconds });
    });
  });
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
