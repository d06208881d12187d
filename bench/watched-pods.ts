import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Benchmark, Figure } from "./figure.ts";

const root = join(import.meta.dirname, "..");
const PODS = 100_000;
const MANY = 200_000;

/** What an informer holds for each pod that it watches. */
export const watchedPods: Benchmark = {
  name: "watched",
  about: "heap of an informer for each watched pod, whole and projected; a list of 200,000",
  run: () => Promise.resolve(figures()),
};

function figures(): readonly Figure[] {
  const whole = measured("whole", PODS);
  const projected = measured("projected", PODS);
  const many = measured("projected", MANY);
  const anchor = "Go informer typed 12.7, stripped 9.5; client-node 14.2 KiB";
  return [
    { name: "watched pod, whole", value: whole.heapKib, unit: "KiB heap", goal: 5, anchor },
    { name: "watched pod, projected", value: projected.heapKib, unit: "KiB heap", goal: 1.5, anchor },
    {
      name: "watched pod, parse and keep",
      value: whole.cpuUs,
      unit: "us CPU",
      goal: 250,
      anchor: "JSON.parse of 6 kB 59 us",
    },
    {
      name: `list() of ${MANY} pods`,
      value: many.listMs,
      unit: `ms (${many.listed} listed)`,
      anchor: "client-node: RangeError above 120,000",
    },
  ];
}

interface Measured {
  readonly heapKib: number;
  readonly cpuUs: number;
  readonly listMs: number;
  readonly listed: number;
}

/** In a process of its own, whose heap can be collected and has held nothing else. */
function measured(mode: "whole" | "projected", count: number): Measured {
  const child = join(root, "bench/watched-pods-child.ts");
  const flags = ["--expose-gc", "--conditions=@heliostat/source", "--max-old-space-size=4096"];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, child, mode, String(count)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`Cannot measure: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}
