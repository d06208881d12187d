import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../packages/cli/src/config.ts";
import { programOn } from "../../packages/cli/src/ray/find-ray.ts";
import { kuberaySamplesFolder } from "../tools/kuberay-samples.ts";
import { Heliostat, machineTraces } from "./heliostat.ts";
import { Kubectl } from "./kubectl.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const FOLDER = kuberaySamplesFolder() ?? "";
const obstacle = FOLDER ? undefined : "KubeRay's samples are not at hand";
const hasRedis = programOn(readConfig().path, "redis-server") !== undefined;
const HEAD = "ray.io/node-type=head";
const WORKERS = "ray.io/node-type=worker";
const LONG = "--timeout=240s";

/** KubeRay's own manifests, unmodified, as real processes: one cluster after the other. */
describe.runIf(isFull && !obstacle)(`KubeRay's samples on real Ray ${obstacle ?? ""}`, () => {
  let up: Heliostat;
  let kubectl: Kubectl;
  let before: ReturnType<typeof machineTraces>;
  let applied: string | undefined;

  beforeAll(async () => {
    before = machineTraces();
    const nothing = join("/tmp", `heliostat-nothing-${process.pid}.yaml`);
    writeFileSync(nothing, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nothing}\n");
    up = new Heliostat(["-f", nothing]);
    await up.until(({ event }) => event === "applied");
    kubectl = new Kubectl(up.kubeconfig);
  });
  afterEach(() => {
    if (applied === undefined) return;
    kubectl.run("delete", "raycluster", "--all", LONG);
    kubectl.run("delete", "-f", applied, "--ignore-not-found", LONG);
    kubectl.run("wait", "--for=delete", "pod", "--all", LONG);
    applied = undefined;
  });
  afterAll(async () => {
    expect(await up.stop("SIGINT")).toBe(0);
    await up.cleanUp();
    expect(machineTraces()).toEqual(before);
  });

  it.each(["autoscaler", "autoscaler-v2"])("%s: an actor brings a worker, its end takes it away", (name) => {
    const cluster = bringUp(name);
    inHead("python", "/home/ray/samples/detached_actor.py", "actor1");
    waitFor(`raycluster/${cluster}`, "jsonpath={.status.readyWorkerReplicas}=1");
    inHead("python", "/home/ray/samples/terminate_detached_actor.py", "actor1");
    waitFor(`raycluster/${cluster}`, "jsonpath={.spec.workerGroupSpecs[0].replicas}=0");
    kubectl.run("wait", "--for=delete", "pod", "-l", WORKERS, LONG);
  });

  it("autoscaler-v2-overwrite-cmd: the autoscaler runs as the user writes it", () => {
    bringUp("autoscaler-v2-overwrite-cmd");
    expect(kubectl.run("logs", "-l", HEAD, "-c", "autoscaler", "--tail=-1")).toContain("Starting autoscaler");
  });

  it("auth: nobody without the token gets in, and who has it does", () => {
    const cluster = bringUp("auth");
    const secret = ["get", "secret", cluster, "-o", "jsonpath={.data.auth_token}"];
    const token = Buffer.from(kubectl.run(...secret), "base64").toString();
    expect(token.length).toBeGreaterThan(20);
    expect(statusOfJobs("")).toBe("401");
    expect(statusOfJobs("wrong")).toBe("403");
    expect(statusOfJobs(token)).toBe("200");
    expect(inHead("python", "-c", SUM)).toContain("the sum is 45");
  });

  it("kubernetes.auth: Ray asks the API about the tokens of service accounts", () => {
    bringUp("kubernetes.auth");
    const token = kubectl.run("create", "token", "ray-cluster-with-k8s-auth").trim();
    expect(statusOfJobs("")).toBe("401");
    expect(statusOfJobs("wrong")).toMatch(/^40[13]$/);
    expect(statusOfJobs(token)).toBe("200");
  });

  it("custom-head-service: the head answers behind the user's own service", () => {
    bringUp("custom-head-service");
    const fields = "{.spec.type} {.metadata.labels.custom-label} {.spec.ports[*].name}";
    const [name] = kubectl.run("get", "services", "-l", HEAD, "-o", "name").trim().split("\n");
    const service = kubectl.run("get", name ?? "", "-o", `jsonpath=${fields}`);
    expect(service).toMatch(/^LoadBalancer custom-ray-head-service-label .*custom-ray-head-service-port/);
    expect(inHead("python", "-c", SUM)).toContain("the sum is 45");
  });

  it("label-selector: a task finds the node with the label that it asks for", () => {
    kubectl.run("label", "node", "--all", "cloud.google.com/machine-family=N4");
    bringUp("label-selector", "ray-cluster-");
    inHead("python", "/home/ray/samples/example_task.py");
  });

  it("overwrite-command: the user's own command starts Ray", () => {
    bringUp("overwrite-command");
    expect(inHead("python", "-c", SUM)).toContain("the sum is 45");
  });

  it("sample, suspended and resumed: its pods go and come, its service stays", () => {
    const cluster = bringUp("sample");
    suspend(cluster, true);
    waitFor(`raycluster/${cluster}`, "jsonpath={.status.state}=suspended");
    expect(kubectl.run("get", "pods", "-o", "name")).toBe("");
    expect(kubectl.run("get", "services", "-l", HEAD, "-o", "name")).toContain("head-svc");
    suspend(cluster, false);
    waitFor(`raycluster/${cluster}`, "jsonpath={.status.state}=ready");
    expect(inHead("python", "-c", SUM)).toContain("the sum is 45");
  });

  it.runIf(hasRedis)(
    "external-redis: an actor outlives the head, and Redis is empty when the cluster is gone",
    () => {
      const cluster = bringUp("external-redis");
      expectCounterOutlivesHead(cluster);
      kubectl.run("delete", "raycluster", cluster, LONG);
      const redis = kubectl.run("get", "pods", "-l", "app=redis", "-o", "name").trim();
      const size = ["redis-cli", "-a", "5241590000000000", "--no-auth-warning", "dbsize"];
      expect(kubectl.run("exec", redis, "--", ...size).trim()).toBe("0");
    },
  );

  it("embedded-gcs-ft: what the head knows outlives it on its volume", () => {
    const cluster = bringUp("embedded-gcs-ft");
    inHead("python", "-c", `import ray\n${COUNTER}`);
    expectCountGoesOn(cluster);
  });

  /** Apply a sample and wait for the cluster and all its pods. */
  function bringUp(name: string, prefix = "ray-cluster."): string {
    applied = join(FOLDER, `${prefix}${name}.yaml`);
    kubectl.run("apply", "-f", applied);
    const cluster = kubectl.run("get", "rayclusters", "-o", "jsonpath={.items[0].metadata.name}");
    waitFor(`raycluster/${cluster}`, "jsonpath={.status.state}=ready");
    return cluster;
  }

  function waitFor(object: string, condition: string): void {
    kubectl.run("wait", object, `--for=${condition}`, LONG);
  }

  function suspend(cluster: string, suspend: boolean): void {
    const patch = JSON.stringify({ spec: { suspend } });
    kubectl.run("patch", "raycluster", cluster, "--type=merge", "-p", patch);
  }

  function head(): string {
    return kubectl.run("get", "pods", "-l", HEAD, "-o", "name").trim();
  }

  function inHead(...command: readonly string[]): string {
    return kubectl.run("exec", head(), "-c", "ray-head", "--", ...command);
  }

  function expectCounterOutlivesHead(cluster: string): void {
    inHead("python", "/home/ray/samples/detached_actor.py");
    expect(inHead("python", "/home/ray/samples/increment_counter.py")).toMatch(/^1$/m);
    replaceHead(cluster);
    expect(inHead("python", "/home/ray/samples/increment_counter.py")).toMatch(/^2$/m);
  }

  function expectCountGoesOn(cluster: string): void {
    expect(inHead("python", "-c", INCREMENT)).toMatch(/^1$/m);
    replaceHead(cluster);
    expect(inHead("python", "-c", INCREMENT)).toMatch(/^2$/m);
  }

  function replaceHead(cluster: string): void {
    const old = head();
    kubectl.run("delete", old, "--grace-period=1", LONG);
    waitFor(`raycluster/${cluster}`, "condition=HeadPodReady");
    kubectl.run("wait", "pod", "-l", HEAD, "--for=condition=Ready", LONG);
    expect(head()).not.toBe(old);
  }

  /** What Ray's job API says to a token, seen from inside of the head. */
  function statusOfJobs(token: string): string {
    const headers = token === "" ? "{}" : `{'Authorization': 'Bearer ${token}'}`;
    return inHead(
      "python",
      "-c",
      `import urllib.request as u, urllib.error as e
try: print(u.urlopen(u.Request('http://127.0.0.1:8265/api/jobs/', headers=${headers})).status)
except e.HTTPError as error: print(error.code)`,
    ).trim();
  }
});

const SUM =
  "import ray; ray.init(logging_level='ERROR'); f = ray.remote(lambda n: n); print('the sum is', sum(ray.get([f.remote(n) for n in range(10)])))";

const COUNTER = `
@ray.remote(num_cpus=1)
class Counter:
  def __init__(self): self.value = 0
  def increment(self):
    self.value += 1
    return self.value
ray.init(namespace='test')
Counter.options(name='counter', lifetime='detached').remote()`;

const INCREMENT =
  "import ray; ray.init(namespace='test'); print(ray.get(ray.get_actor('counter').increment.remote()))";
