import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readConfig } from "../packages/cli/src/config.ts";
import { privateRay } from "../packages/cli/src/ray/install-ray.ts";
import { type Benchmark, type Figure, median } from "./figure.ts";

const root = join(import.meta.dirname, "..");
const ROUNDS = 2;

/** How long from the RayCluster to a job's result, beside the same with Ray's own commands, in turn. */
export const job: Benchmark = {
  name: "job",
  about: "from RayCluster to job result on real Ray, beside ray start and ray job submit by hand",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const byHand: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await ourSeconds());
    byHand.push(await secondsByHand());
  }
  return [
    {
      name: "cluster created to job result",
      value: median(ours) / median(byHand),
      unit: `x by hand (${median(ours).toFixed(1)} s : ${median(byHand).toFixed(1)} s)`,
      goal: 1.5,
      anchor: "ray start (head, two workers) and ray job submit by hand",
    },
  ];
}

async function ourSeconds(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-bench-"));
  const child = spawn(
    process.execPath,
    ["bin/heliostat.js", "up", "--exit", "--json", "--data-dir", join(folder, "state")],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  const exit = new Promise((resolve) => child.once("exit", resolve));
  try {
    let createdMs = 0;
    for await (const line of createInterface(child.stdout)) {
      const event = JSON.parse(line);
      if (event.event === "applied") createdMs = Date.now();
      // The same moment as by hand: the result is on the screen.
      if (event.event === "log" && event.text.includes("pi is about")) return (Date.now() - createdMs) / 1000;
    }
    throw new Error("Cannot measure: the job printed no result");
  } finally {
    child.kill("SIGTERM");
    await exit;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a network and process namespace of its own, so that nothing collides and nothing is left. */
async function secondsByHand(): Promise<number> {
  const { cacheFolder, path: searchPath } = readConfig();
  const ray = await privateRay({
    cacheFolder,
    searchPath,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  if ("why" in ray) throw new Error(`Cannot measure: ${ray.why}`);
  const startedMs = Date.now();
  const namespaces = [
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  const child = spawn("unshare", [...namespaces, "bash", "bench/job-by-hand.sh", ray.binFolder, "examples"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = new Promise((resolve) => child.once("exit", resolve));
  try {
    for await (const line of createInterface(child.stdout)) {
      if (line.includes("pi is about")) return (Date.now() - startedMs) / 1000;
    }
    throw new Error("Cannot measure: the job by hand did not succeed");
  } finally {
    child.kill("SIGKILL");
    await exit;
  }
}
