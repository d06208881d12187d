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
});

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
