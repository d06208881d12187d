import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { type Benchmark, type Figure, median } from "./figure.ts";
import { LAUNCHER_FLAGS } from "./launcher-flags.ts";
import { cpuMsOf } from "./process-usage.ts";

const root = join(import.meta.dirname, "..");
const ROUNDS = 3;
const PODS = 2000;
const WARM_UP = 500;
const IN_FLIGHT = 16;
const WATCHERS = 3;
const PODS_PATH = "/api/v1/namespaces/default/pods";

/** What a pod costs the API server, over HTTPS, until it is on the disk and told to its watchers. */
export const store: Benchmark = {
  name: "store",
  about: "durable pod creates over HTTPS, 16 in flight, three watchers: CPU of the server for each",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const strict: Cost[] = [];
  const relaxed: Cost[] = [];
  const sqlite: Cost[] = [];
  const bare: Cost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    strict.push(await costOf(heliostat("--durability", "strict")));
    relaxed.push(await costOf(heliostat("--durability", "relaxed")));
    sqlite.push(await costOf(heliostat("--durability", "strict", "--storage", "sqlite")));
    bare.push(await costOf((folder) => [join(root, "bench/bare-https-child.ts"), folder]));
  }
  const figure = (name: string, costs: readonly Cost[], anchor: string): Figure => ({
    name,
    value: median(costs.map(({ cpuMs }) => cpuMs)),
    unit: `ms CPU (${Math.round(median(costs.map(({ perSecond }) => perSecond)))} pods/s)`,
    anchor,
  });
  return [
    { ...figure("pod create, strict", strict, KUBERNETES), goal: 0.66 },
    figure("pod create, relaxed", relaxed, KUBERNETES),
    figure("pod create, strict, on SQLite", sqlite, KUBERNETES),
    figure("the same requests to a bare node:https, which stores nothing", bare, "part of the lines above"),
  ];
}

const KUBERNETES = "kube-apiserver 1.20 + etcd 3.4: 3.3-4.5 ms";

/** What Node is to run, given the folder where the server may write and must leave a kubeconfig. */
type Program = (folder: string) => readonly string[];

function heliostat(...flags: readonly string[]): Program {
  return (folder) => ["bin/heliostat.js", "kubernetes", "--json", "--data-dir", folder, ...flags];
}

interface Cost {
  readonly cpuMs: number;
  readonly perSecond: number;
}

async function costOf(program: Program): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-bench-"));
  const dataFolder = join(folder, "s");
  const child = spawn(process.execPath, [...LAUNCHER_FLAGS, ...program(dataFolder)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await urlOf(child);
    const client = clientOf(url, join(dataFolder, "kubeconfig"));
    for (let watcher = 0; watcher < WATCHERS; watcher += 1) client.watch();
    await createPods(client, "warm", WARM_UP);
    const cpuBefore = cpuMsOf(child);
    const startedMs = Date.now();
    await createPods(client, "pod", PODS);
    const seconds = (Date.now() - startedMs) / 1000;
    const cpuMs = (cpuMsOf(child) - cpuBefore) / PODS;
    client.close();
    return { cpuMs, perSecond: PODS / seconds };
  } finally {
    const exit = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await exit;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("Cannot read from heliostat: it has no output");
  for await (const line of createInterface(stdout)) {
    const event = JSON.parse(line);
    if (event.event === "ready") return event.url;
  }
  throw new Error("Cannot measure: heliostat ended before it was ready");
}

interface Client {
  post(body: string): Promise<void>;
  watch(): void;
  close(): void;
}

function clientOf(url: string, kubeconfig: string): Client {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const decoded = (text: string) => Buffer.from(text, "base64");
  const agent = new Agent({
    keepAlive: true,
    ca: decoded(clusters[0].cluster["certificate-authority-data"]),
    cert: decoded(users[0].user["client-certificate-data"]),
    key: decoded(users[0].user["client-key-data"]),
  });
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        const headers = { "content-type": "application/json" };
        const sent = request(`${url}${PODS_PATH}`, { agent, method: "POST", headers }, (response) => {
          if (response.statusCode !== 201)
            reject(new Error(`Cannot measure: ${response.statusCode} for a pod`));
          response.resume().on("end", resolve);
        });
        sent.on("error", reject).end(body);
      }),
    watch: () => {
      const sent = request(`${url}${PODS_PATH}?watch=true`, { agent }, (response) => response.resume());
      sent.on("error", () => {}).end();
    },
    close: () => agent.destroy(),
  };
}

async function createPods(client: Client, prefix: string, count: number): Promise<void> {
  let next = 0;
  async function createSome(): Promise<void> {
    while (next < count) {
      next += 1;
      await client.post(rayPod(`${prefix}-${next}`));
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, createSome));
}

/** What an operator sends for a worker: 2.8 kB. */
function rayPod(name: string): string {
  const env = Array.from({ length: 16 }, (_, index) => ({
    name: `RAY_SETTING_${index}`,
    value: `value of ${index}`,
  }));
  const probe = (path: string) => ({
    exec: { command: ["bash", "-c", `wget -T 2 -q -O- http://localhost:52365/${path} | grep success`] },
    initialDelaySeconds: 10,
    periodSeconds: 5,
    timeoutSeconds: 2,
    failureThreshold: 120,
  });
  const container = {
    name: "ray-worker",
    image: "rayproject/ray:2.52.0",
    args: ["ulimit -n 65536; ray start --address=demo-head-svc.default.svc.cluster.local:6379 --block"],
    command: ["/bin/bash", "-lc", "--"],
    env,
    ports: [{ name: "metrics", containerPort: 8080, protocol: "TCP" }],
    resources: { limits: { cpu: "1", memory: "4Gi" }, requests: { cpu: "500m", memory: "2Gi" } },
    livenessProbe: probe("api/local_raylet_healthz"),
    readinessProbe: probe("api/local_raylet_healthz"),
    volumeMounts: [{ mountPath: "/dev/shm", name: "shared-mem" }],
  };
  const labels = Object.fromEntries(
    ["cluster", "group", "identifier", "is-ray-node", "node-type"].map((key) => [
      `ray.io/${key}`,
      `demo-${key}`,
    ]),
  );
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels },
    spec: {
      containers: [container],
      initContainers: [{ name: "wait-gcs-ready", image: container.image, command: container.command, env }],
      volumes: [{ name: "shared-mem", emptyDir: { medium: "Memory", sizeLimit: "4Gi" } }],
    },
  });
}
