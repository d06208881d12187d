import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { argv } from "node:process";
import { mutantFrom } from "./mutant.ts";
import type { Tally } from "./report.ts";

/** How a mutant fared. */
export interface Verdict {
  readonly name: string;
  readonly end: "killed" | "survived" | "unfinished";
  /** What was violated, or why nothing could be. */
  readonly by: string;
  readonly seconds: number;
}

/** Reading the program anew costs more than killing most mutants. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/compile"),
};

const MUTANTS = join(import.meta.dirname, "mutants");
/** Long enough for every point. Whoever hangs for so long has violated nothing, and is not killed. */
const LIMIT_MS = 1_800_000;

/** The repository's mutants. */
export function mutantFiles(): readonly string[] {
  return readdirSync(MUTANTS)
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .sort()
    .map((file) => join(MUTANTS, file));
}

/** Run the harness against a mutant until something is violated. @throws Error when the mutant does not fit */
export async function trial(file: string, seed: number): Promise<Verdict> {
  mutantFrom(file);
  const startedMs = Date.now();
  const { tally, ...ended } = await brokenRun(file, ["--brief", "--seed", String(seed)]);
  const name = basename(file).replace(/\.[^.]*$/, "");
  const seconds = (Date.now() - startedMs) / 1000;
  if (!tally) return { name, end: "unfinished", by: causeOf(ended), seconds };
  const [failure] = tally.failures;
  if (!failure) return { name, end: "survived", by: "nothing is violated", seconds };
  return { name, end: "killed", by: `${failure.point}: ${failure.violations[0]?.invariant}`, seconds };
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

function causeOf({ code, words }: Omit<Ended, "tally">): string {
  if (code === null) return `it has not ended in ${LIMIT_MS / 60_000} minutes`;
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
