import { apiserver } from "./apiserver.ts";
import type { Benchmark, Figure } from "./figure.ts";
import { fleet } from "./fleet.ts";
import { footprint } from "./footprint.ts";
import { job } from "./job.ts";
import { operator } from "./operator.ts";
import { pages } from "./pages.ts";
import { reads } from "./reads.ts";
import { scaler } from "./scaler.ts";
import { start } from "./start.ts";
import { store } from "./store.ts";
import { watchedPods } from "./watched-pods.ts";

/** Every benchmark, by the name under which it is asked for. */
const BENCHMARKS: readonly Benchmark[] = [
  start,
  reads,
  pages,
  store,
  watchedPods,
  operator,
  footprint,
  fleet,
  apiserver,
  scaler,
  job,
];

const names = process.argv.slice(2);
const chosen = names.includes("all") ? BENCHMARKS : BENCHMARKS.filter(({ name }) => names.includes(name));
const unknown = names.filter((name) => name !== "all" && !BENCHMARKS.some((each) => each.name === name));

if (unknown.length > 0) {
  process.stderr.write(`Cannot run ${unknown.join(", ")}: no such benchmark\n`);
  process.exitCode = 2;
}
if (chosen.length === 0) {
  process.stdout.write("npm run bench -- NAME… (or all)\n\n");
  for (const { name, about } of BENCHMARKS) process.stdout.write(`  ${name.padEnd(10)} ${about}\n`);
}
for (const { run } of chosen) {
  for (const figure of await run()) process.stdout.write(`${line(figure)}\n`);
}

function line({ name, value, unit, goal, anchor, isMoreBetter = false }: Figure): string {
  const isMet = goal === undefined || (isMoreBetter ? value >= goal : value <= goal);
  const verdict = goal === undefined ? "info" : isMet ? "met" : "short";
  const bounds = `goal ${goal === undefined ? "-" : `${isMoreBetter ? ">=" : "<="} ${goal}`}  anchor ${anchor}`;
  return `${name}  ${Number(value.toPrecision(4))} ${unit}  ${bounds}  ${verdict}`;
}
