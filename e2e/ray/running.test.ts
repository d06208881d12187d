import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Heliostat, machineTraces } from "./heliostat.ts";
import { Kubectl } from "./kubectl.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const example = join(import.meta.dirname, "../../examples/raycluster.yaml");
/** KubeRay's own sample, unmodified, where the reference data is at hand; else the example, which is like it. */
const kubeRaySample = join(
  import.meta.dirname,
  "../../../shared/data/kuberay-samples/ray-cluster.sample.yaml",
);
const manifest = existsSync(kubeRaySample) ? kubeRaySample : example;

/** One cluster for all: what a person with kubectl does to it, in order. */
describe.runIf(isFull)("kubectl on a running Ray cluster", () => {
  let up: Heliostat;
  let kubectl: Kubectl;
  let cluster: string;
  let before: ReturnType<typeof machineTraces>;

  beforeAll(async () => {
    before = machineTraces();
    up = new Heliostat(["-f", manifest]);
    const job = await up.until(({ event, status }) => event === "job" && status !== "RUNNING");
    expect(job).toMatchObject({ status: "SUCCEEDED" });
    kubectl = new Kubectl(up.kubeconfig);
    cluster = kubectl.run("get", "rayclusters", "-o", "name").trim().split("/")[1] ?? "";
  });
  afterAll(() => up.cleanUp());

  it("shows the ten columns of a RayCluster", () => {
    const [heading = "", row = ""] = kubectl.run("get", "rayclusters", "-o", "wide").split("\n");
    expect(heading.split(/ {2,}/)).toEqual([
      "NAME",
      ...["DESIRED WORKERS", "AVAILABLE WORKERS", "CPUS", "MEMORY", "GPUS", "TPUS", "STATUS", "AGE"],
      ...["HEAD POD IP", "HEAD SERVICE IP"],
    ]);
    expect(row).toMatch(new RegExp(`^${cluster} .* ready .* 10\\.244\\.`));
  });

  it("describes the cluster with its events, and a pod with what stands in for its image", () => {
    expect(kubectl.run("describe", "raycluster", cluster)).toMatch(
      /CreatedHeadPod[\s\S]*the cluster has no head/,
    );
    expect(kubectl.run("describe", "pod", "-l", "ray.io/node-type=head")).toMatch(
      /Ray \S+ of \S+ stands in for/,
    );
  });

  it("follows logs and runs commands, with their exit code", () => {
    expect(kubectl.run("logs", "-l", "ray.io/node-type=head", "--tail=-1")).toContain("Ray runtime started");
    expect(kubectl.run("exec", head(), "--", "ray", "status")).toContain("1 headgroup");
    expect(kubectl.exitCode("exec", head(), "--", "bash", "-c", "exit 7")).toBe(7);
    expect(kubectl.run("explain", "raycluster.spec.workerGroupSpecs.replicas")).toContain("<integer>");
  });

  it("brings back a worker whose process is killed", () => {
    const worker =
      kubectl.run("get", "pods", "-l", "ray.io/node-type=worker", "-o", "name").trim().split("\n")[0] ?? "";
    kubectl.run("exec", worker, "--", "bash", "-c", "kill -9 $(pgrep raylet)");
    kubectl.run(
      "wait",
      worker,
      "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
      "--timeout=60s",
    );
    kubectl.run("wait", worker, "--for=condition=Ready", "--timeout=60s");
  });

  it("follows an edit: a worker more, in Ray's own eyes too", () => {
    const before = Number(
      kubectl.run("get", "raycluster", cluster, "-o", "jsonpath={.status.desiredWorkerReplicas}"),
    );
    kubectl.edit(`s/replicas: ${before}$/replicas: ${before + 1}/`, "raycluster", cluster);
    const wanted = `jsonpath={.status.readyWorkerReplicas}=${before + 1}`;
    kubectl.run("wait", `raycluster/${cluster}`, `--for=${wanted}`, "--timeout=90s");
    const nodes = "import ray; ray.init(logging_level='ERROR'); print(sum(n['Alive'] for n in ray.nodes()))";
    expect(
      kubectl
        .run("exec", head(), "--", "python", "-c", nodes)
        .trim()
        .endsWith(String(before + 2)),
    ).toBe(true);
  });

  it("applies the manifest again, and deletes the cluster with everything that is its", () => {
    expect(kubectl.run("apply", "-f", manifest)).toContain("configured");
    kubectl.run("delete", "raycluster", cluster);
    kubectl.run("wait", "--for=delete", "pod", "-l", `ray.io/cluster=${cluster}`, "--timeout=90s");
    expect(kubectl.run("get", "services", "-l", `ray.io/cluster=${cluster}`, "-o", "name")).toBe("");
  });

  it("ends with everything at Ctrl-C", async () => {
    expect(await up.stop("SIGINT")).toBe(0);
    expect(machineTraces()).toEqual(before);
  });

  function head(): string {
    return kubectl.run("get", "pods", "-l", "ray.io/node-type=head", "-o", "name").trim();
  }
});
