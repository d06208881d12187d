import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Heliostat } from "./heliostat.ts";
import { Kubectl } from "./kubectl.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const examples = join(import.meta.dirname, "../../examples");
let up: Heliostat | undefined;

afterEach(async () => {
  await up?.stop("SIGINT");
  await up?.cleanUp();
});

describe.runIf(isFull)("the examples on real Ray", () => {
  it.each(["mini", "complete", "heterogeneous"])("%s runs a job", async (name) => {
    const kubectl = await ready(name);
    const [cluster = ""] = kubectl.run("get", "rayclusters", "-o", "name").trim().split("\n");
    expect(kubectl.run("get", cluster, "-o", "jsonpath={.status.state}")).toBe("ready");
  });

  it("heterogeneous: tasks go where their resources and labels are", async () => {
    const kubectl = await ready("heterogeneous");
    const head = kubectl.run("get", "pods", "-l", "ray.io/node-type=head", "-o", "name").trim();
    const said = kubectl.run("exec", head, "--", "python", "-c", WHERE);
    expect(said).toMatch(/^large raycluster-heterogeneous-large-memory-worker-/m);
    expect(said).toMatch(/^spot raycluster-heterogeneous-spot-worker-/m);
  });

  it("heterogeneous: a group that shrinks gives up the worker that Ray knows to be idle, not the newest", async () => {
    const kubectl = await ready("heterogeneous");
    const head = kubectl.run("get", "pods", "-l", "ray.io/node-type=head", "-o", "name").trim();
    const ofGroup = ["-l", "ray.io/group=small", "--sort-by=.metadata.name", "-o", "name"];
    const small = () =>
      kubectl
        .run("get", "pods", ...ofGroup)
        .trim()
        .split("\n");
    // Of one age the last name counts as the newest: it would be the first to go.
    const busy = small().at(-1)?.replace("pod/", "") ?? "";
    expect(kubectl.run("exec", head, "--", "python", "-c", KEEP_BUSY, busy).trim()).toBe(busy);
    await expect
      .poll(() => kubectl.run("exec", head, "--", "ray", "status", "-v"), { timeout: 60_000 })
      .toMatch(/Idle: \d{4,} ms/);
    const shrink = [{ op: "replace", path: "/spec/workerGroupSpecs/0/replicas", value: 1 }];
    const target = ["raycluster", "raycluster-heterogeneous", "--type=json"];
    kubectl.run("patch", ...target, "-p", JSON.stringify(shrink));
    await expect.poll(small, { timeout: 120_000, interval: 1000 }).toEqual([`pod/${busy}`]);
  });
});

/** An actor that keeps its node busy, on the one that was made last. */
const KEEP_BUSY = `import ray, sys
ray.init(logging_level="ERROR", namespace="test")
node = next(n["NodeID"] for n in ray.nodes() if n["NodeManagerHostname"] == sys.argv[1])
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On
class Busy:
  def host(self):
    import socket
    return socket.gethostname()
options = dict(name="busy", lifetime="detached", num_cpus=1, scheduling_strategy=On(node, soft=False))
actor = ray.remote(Busy).options(**options).remote()
print(ray.get(actor.host.remote()))`;

const WHERE = `import ray, socket
ray.init(logging_level="ERROR")
host = lambda: socket.gethostname()
print("large", ray.get(ray.remote(resources={"large_memory": 1})(host).remote()))
print("spot", ray.get(ray.remote(label_selector={"market": "spot"})(host).remote()))`;

/** The example up, with its first job done. */
async function ready(name: string): Promise<Kubectl> {
  up = new Heliostat(["-f", join(examples, `ray_v1_raycluster.${name}.yaml`)]);
  const job = await up.until(({ event, status }) => event === "job" && status !== "RUNNING");
  expect(job).toMatchObject({ status: "SUCCEEDED", result: expect.stringContaining("pi is about 3.1") });
  return new Kubectl(up.kubeconfig);
}
