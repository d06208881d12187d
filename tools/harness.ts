import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { argv, exit, stderr, stdout } from "node:process";
import { faultText, Lab } from "@heliostat/controller/testing";
import { RAYCLUSTER_SUITE } from "@heliostat/operator/testing";
import { type HarnessOptions, harnessOptions, USAGE } from "./harness/options.ts";
import { isScenarioAsked, placeOf, storyOf } from "./harness/points.ts";
import { merged, NOTHING, type Tally, tallyText } from "./harness/report.ts";
import { run } from "./harness/run.ts";
import { COMPILE_CACHE, mutantFiles, trial, trials, type Verdict } from "./harness/trial.ts";

await main();

async function main(): Promise<void> {
  try {
    const options = harnessOptions(argv.slice(2));
    exit(await perform(options));
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}\n`);
    exit(1);
  }
}

async function perform(options: HarnessOptions): Promise<number> {
  if (options.isList) return list(options);
  if (options.isMutants) return tryMutants(options);
  if (options.mutant !== undefined) return tryMutant(options.mutant, options);
  const isChild = process.send !== undefined;
  const startedMs = Date.now();
  const isSmall = options.only?.includes(":") === true;
  const tally = isChild || isSmall ? await run(RAYCLUSTER_SUITE, options) : await runInParts();
  if (isChild) {
    await new Promise((resolve) => process.send?.(tally, resolve));
    return 0;
  }
  stdout.write(`${tallyText(tally, (Date.now() - startedMs) / 1000)}\n`);
  return tally.failures.length > 0 ? 1 : 0;
}

async function tryMutant(file: string, { seed }: HarnessOptions): Promise<number> {
  const verdict = await trial(file, seed);
  stdout.write(`${verdictText(verdict)}\n`);
  return verdict.end === "killed" ? 0 : 2;
}

async function tryMutants({ seed, only }: HarnessOptions): Promise<number> {
  const startedMs = Date.now();
  const files = mutantFiles().filter((file) => only === undefined || file.includes(only));
  const verdicts = await trials(files, seed, (verdict) => stdout.write(`${verdictText(verdict)}\n`));
  const killed = verdicts.filter(({ end }) => end === "killed").length;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
  stdout.write(`${killed} of ${verdicts.length} mutants killed in ${seconds} s\n`);
  return killed === verdicts.length ? 0 : 2;
}

function verdictText({ name, end, by, seconds }: Verdict): string {
  const word = end === "killed" ? end : end.toUpperCase();
  return `${word.padEnd(10)} ${name} (${seconds.toFixed(1)} s): ${by}`;
}

async function list(options: HarnessOptions): Promise<number> {
  const lab = await Lab.open(RAYCLUSTER_SUITE);
  for (const scenario of RAYCLUSTER_SUITE.scenarios.filter((each) => isScenarioAsked(options.only, each))) {
    const { faults, reference } = await storyOf(lab, scenario, options);
    const lines = faults.map(
      (fault) => `${scenario.name}:${faultText(fault)}\t${placeOf(fault, reference)}\n`,
    );
    stdout.write(lines.join(""));
  }
  return 0;
}

/** The same command in as many processes as there are processors, each with its part of the points. */
async function runInParts(): Promise<Tally> {
  const parts = Math.min(4, availableParallelism());
  const tallies = await Promise.all(Array.from({ length: parts }, (_, part) => partOf(part, parts)));
  return tallies.reduce(merged, NOTHING);
}

function partOf(part: number, parts: number): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(argv[1] ?? "", [...argv.slice(2), "--shard", `${part}/${parts}`], {
      execArgv: ["--conditions=@heliostat/source"],
      env: { ...process.env, ...COMPILE_CACHE },
    });
    let tally: Tally | undefined;
    child.on("message", (message) => {
      tally = message as Tally;
    });
    child.on("exit", (code) => {
      if (tally) resolve(tally);
      else reject(new Error(`Cannot finish part ${part}: its process ended with ${code}`));
    });
  });
}
