import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Benchmark, type Figure, median } from "./figure.ts";
import { residentMibOf } from "./process-usage.ts";

const root = join(import.meta.dirname, "..");
const SECOND_STARTS = 5;

/** How fast the embedded API answers, and how much memory it holds with all Ray CRDs. */
export const start: Benchmark = {
  name: "start",
  about: "the embedded Kubernetes API alone: time from process start to the first answer, and memory",
  run,
};

interface Started {
  readonly answeredMs: number;
  readonly rssMb: number;
}

async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-bench-"));
  try {
    const first = await startOnce(folder);
    const seconds: Started[] = [];
    for (let round = 0; round < SECOND_STARTS; round += 1) seconds.push(await startOnce(folder));
    return [
      {
        name: "first start to answer",
        value: first.answeredMs,
        unit: "ms",
        anchor: "kube-apiserver ~2500 ms, etcd running",
      },
      {
        name: "second start to answer",
        value: median(seconds.map(({ answeredMs }) => answeredMs)),
        unit: "ms",
        goal: 1000,
        anchor: "kube-apiserver ~2500 ms, etcd running",
      },
      {
        name: "memory with all Ray CRDs",
        value: median(seconds.map(({ rssMb }) => rssMb)),
        unit: "MB RSS",
        goal: 120,
        anchor: "kube-apiserver 1.20 with KubeRay's three CRDs 888 MB",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOnce(folder: string): Promise<Started> {
  const startedMs = Date.now();
  const child = spawn(
    process.execPath,
    ["bin/heliostat.js", "kubernetes", "--json", "--data-dir", join(folder, "state")],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") },
    },
  );
  try {
    await readyLine(child);
    const answeredMs = Date.now() - startedMs;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { answeredMs, rssMb: residentMibOf(child) };
  } finally {
    await ended(child);
  }
}

/** The program says that it is ready only after the API has answered. */
async function readyLine(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error("Cannot read from heliostat: it has no output");
  for await (const line of createInterface(child.stdout)) {
    if (JSON.parse(line).event === "ready") return;
  }
  throw new Error("Cannot measure: heliostat ended before it was ready");
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}
