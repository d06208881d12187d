import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canSandbox } from "../../packages/kubelet/src/sandbox/can-sandbox.ts";
import { type SandboxRuntime, sandboxRuntime } from "../../packages/kubelet/src/sandbox/sandbox-runtime.ts";
import { httpOver } from "./http-over.ts";
import { CLUSTER, headCommand, RayPod, workerCommand } from "./ray-pod.ts";

const VERSION = "2.58.0";
const folder = process.env["RAY_FOLDER"] ?? join(homedir(), ".cache", "heliostat", `ray-${VERSION}`);
const probe = await canSandbox();
const obstacle = probe.isPossible ? existsSync(folder) || `no Ray in ${folder}` : probe.reason;

describe.skipIf(obstacle !== true)(`a Ray cluster in sandboxes ${obstacle === true ? "" : obstacle}`, () => {
  const startedAtMs = Date.now();
  let state: string;
  let runtime: SandboxRuntime;
  let head: RayPod;
  let workers: readonly RayPod[] = [];

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), "hs-"));
    const ray = { folder, binFolder: join(folder, "bin"), version: VERSION };
    runtime = await sandboxRuntime({ folder: state, images: { ray, file: "images.yaml" } });
    head = await RayPod.create(runtime, "head");
    runtime.setHosts([{ ip: head.ip, names: [CLUSTER.headService, "demo-head-svc"] }]);
    workers = await Promise.all(["worker-1", "worker-2"].map((name) => RayPod.create(runtime, name)));
    await head.start("ray-head", headCommand());
    await Promise.all(workers.map((worker) => worker.startWhenGcsIsReady(workerCommand())));
  }, 120_000);

  afterAll(async () => {
    await runtime.close();
    await rm(state, { recursive: true });
  });

  it("comes up with the command lines that KubeRay writes", async () => {
    await expect.poll(() => aliveNodes(head), { timeout: 90_000, interval: 500 }).toHaveLength(3);
    lap("3 nodes alive");
    const addresses = [head.ip, ...workers.map(({ ip }) => ip)].sort();
    expect((await aliveNodes(head)).sort()).toEqual(addresses);
    for (const pod of [head, ...workers]) {
      await expect.poll(() => healthOf(pod), { timeout: 20_000 }).toContain("raylet: success");
    }
    lap("all healthy");
  });

  it("runs a job on every node", async () => {
    const entrypoint = `python -c "${JOB}"`;
    const job = JSON.stringify({ entrypoint });
    const submitted = await httpOver(head.sandbox, {
      port: 8265,
      method: "POST",
      path: "/api/jobs/",
      body: job,
    });
    expect(submitted.status).toBe(200);
    const { submission_id: id } = JSON.parse(submitted.body) as { submission_id: string };
    await expect
      .poll(async () => (await jobOf(head, id)).status, { timeout: 90_000, interval: 500 })
      .toMatch(/SUCCEEDED|FAILED/);
    lap("job done");
    const logs = await httpOver(head.sandbox, { port: 8265, path: `/api/jobs/${id}/logs` });
    expect(logs.body).toContain(`squares 328350 on ${[head, ...workers].map(({ ip }) => ip).sort()}`);
  });

  it("answers KubeRay's probes and ray's own commands", async () => {
    const probeOf = (port: number, path: string) =>
      `wget --tries 1 -T 2 -q -O- http://localhost:${port}/${path} | grep success`;
    const command = `${probeOf(52365, "api/local_raylet_healthz")} && ${probeOf(8265, "api/gcs_healthz")}`;
    expect(await head.run(command)).toMatchObject({ code: 0, out: "success\nsuccess\n" });
    const standIn = command.replaceAll("wget", "/run/heliostat/bin/wget");
    expect(await head.run(standIn)).toMatchObject({ code: 0, out: "success\nsuccess\n" });
    const status = async () => (await head.run("ray status")).out;
    await expect.poll(status, { timeout: 20_000 }).toContain("0.0/3.0 CPU");
  });

  it("lets pods reach a package index through the node's proxy, and each other without it", async () => {
    const fetched = await head.run("pip download --no-deps -q -d /tmp/p six && ls /tmp/p");
    expect(fetched.out).toMatch(/^six-/);
    const url = `http://${workers[0]?.ip}:52365/api/healthz`;
    expect((await head.run(`wget -q -O- ${url}`)).out).toContain("success");
    const urllib = `python -c "import urllib.request as u; print(u.urlopen('${url}').status)"`;
    expect((await head.run(urllib)).out).toBe("200\n");
  });

  it("keeps 'ray stop' inside its own pod", async () => {
    const [first, second] = workers;
    await first?.run("ray stop");
    await expect.poll(() => aliveNodes(head), { timeout: 30_000 }).toHaveLength(2);
    expect(await healthOf(second)).toContain("raylet: success");
  });

  it("reports a killed container exactly and leaves nothing of it", async () => {
    const [, second] = workers;
    second?.kill();
    expect(await second?.exit()).toEqual({ exitCode: 137, signal: 9 });
    await head.end();
    await Promise.all([head, ...workers].map((pod) => pod.sandbox.remove()));
  });

  function lap(what: string): void {
    console.log(`${what} after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
  }
});

const JOB = [
  "import ray, time",
  "from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On",
  "ray.init()",
  "square = ray.remote(lambda n: (n * n, ray.util.get_node_ip_address()))",
  "nodes = [n['NodeID'] for n in ray.nodes() if n['Alive']]",
  "strategy = lambda n: On(nodes[n % len(nodes)], soft=False)",
  "done = ray.get([square.options(scheduling_strategy=strategy(n)).remote(n) for n in range(100)])",
  "print('squares', sum(s for s, _ in done), 'on', ','.join(sorted(set(ip for _, ip in done))))",
].join("; ");

async function aliveNodes(head: RayPod): Promise<string[]> {
  const answer = await httpOver(head.sandbox, { port: 8265, path: "/api/v0/nodes" }).catch(() => undefined);
  if (answer?.status !== 200) return [];
  const { data } = JSON.parse(answer.body) as NodesAnswer;
  return data.result.result.filter(({ state }) => state === "ALIVE").map(({ node_ip }) => node_ip);
}

interface NodesAnswer {
  readonly data: { readonly result: { readonly result: { node_ip: string; state: string }[] } };
}

async function healthOf(pod: RayPod | undefined): Promise<string> {
  if (!pod) return "";
  const answer = await httpOver(pod.sandbox, { port: 52365, path: "/api/healthz" }).catch(() => undefined);
  return answer?.body ?? "";
}

async function jobOf(head: RayPod, id: string): Promise<{ readonly status: string }> {
  await sleep(0);
  return JSON.parse((await httpOver(head.sandbox, { port: 8265, path: `/api/jobs/${id}` })).body);
}
