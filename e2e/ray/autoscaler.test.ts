import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Heliostat, machineTraces } from "./heliostat.ts";
import { Kubectl } from "./kubectl.ts";
import { type AutoscalerVersion, autoscalingCluster } from "./manifests.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const CLUSTER = "auto";
const GROUP = "{.spec.workerGroupSpecs[0]";
const WORKERS = ["pods", "-l", "ray.io/node-type=worker"] as const;

/** Ray's program, unmodified, as the head's second container, with no more rights than its role gives it. */
describe.runIf(isFull).each<AutoscalerVersion>(["v1", "v2"])("Ray's own autoscaler, %s", (version) => {
  let up: Heliostat;
  let kubectl: Kubectl;
  let before: ReturnType<typeof machineTraces>;

  beforeAll(() => {
    before = machineTraces();
    const manifest = join("/tmp", `heliostat-autoscaler-${process.pid}.json`);
    writeFileSync(manifest, JSON.stringify(autoscalingCluster(CLUSTER, version)));
    up = new Heliostat(["--authorization", "rbac", "-f", manifest]);
  });
  afterAll(() => up.cleanUp());

  it("makes workers for a job that finds no CPU", async () => {
    const job = await up.until(({ event, status }) => event === "job" && status !== "RUNNING");
    expect(job).toMatchObject({ status: "SUCCEEDED", result: expect.stringContaining("pi is about 3.1") });
    kubectl = new Kubectl(up.kubeconfig);
    expect(Number(read(`${GROUP}.replicas}`))).toBeGreaterThan(0);
  });

  it("takes the idle ones away again, by name", () => {
    const names = podNames();
    kubectl.run("wait", `raycluster/${CLUSTER}`, `--for=jsonpath=${GROUP}.replicas}=0`, "--timeout=180s");
    kubectl.run("wait", "--for=delete", ...WORKERS, "--timeout=120s");
    expect(names.length).toBeGreaterThan(0);
    expect(kubectl.run("describe", "raycluster", CLUSTER)).toMatch(/DeletedWorkerPod .*workersToDelete/);
  });

  it("keeps what somebody grows by hand while names of gone pods are still listed", async () => {
    const listed = read(`${GROUP}.scaleStrategy.workersToDelete}`);
    const grow = ["minReplicas", "replicas"].map((field) => ({
      op: "replace",
      path: `/spec/workerGroupSpecs/0/${field}`,
      value: 2,
    }));
    kubectl.run("patch", "raycluster", CLUSTER, "--type=json", "-p", JSON.stringify(grow));
    kubectl.run(
      "wait",
      `raycluster/${CLUSTER}`,
      "--for=jsonpath={.status.readyWorkerReplicas}=2",
      "--timeout=180s",
    );
    const grown = podNames();
    expect(grown).toHaveLength(2);
    for (const name of grown) expect(listed).not.toContain(name);
    await expect
      .poll(() => kubectl.run("exec", head(), "-c", "ray-head", "--", "ray", "status"), {
        timeout: 120_000,
        interval: 2000,
      })
      .toMatch(/2 small[\s\S]*Pending:\s+\(no pending nodes\)/);
    expect(podNames()).toEqual(grown);
    expect(read(`${GROUP}.replicas}`)).toBe("2");
  });

  it("goes with its cluster", async () => {
    kubectl.run("delete", "raycluster", CLUSTER);
    kubectl.run("wait", "--for=delete", "pod", "-l", `ray.io/cluster=${CLUSTER}`, "--timeout=120s");
    expect(await up.stop("SIGINT")).toBe(0);
    expect(machineTraces()).toEqual(before);
  });

  function read(jsonPath: string): string {
    return kubectl.run("get", "raycluster", CLUSTER, "-o", `jsonpath=${jsonPath}`);
  }

  function podNames(): readonly string[] {
    const names = kubectl.run("get", ...WORKERS, "-o", "name").trim();
    return names === "" ? [] : names.split("\n").map((name) => name.replace("pod/", ""));
  }

  function head(): string {
    return kubectl.run("get", "pods", "-l", "ray.io/node-type=head", "-o", "name").trim();
  }
});
