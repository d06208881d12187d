import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeObject, Lease } from "@heliostat/kube";
import { type ClusterAccess, kubeHttp, loadKubeconfig } from "@heliostat/kube-http";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../packages/cli/src/system/clock.ts";
import { fetchTools } from "../tools/fetch.ts";
import { clientProgram } from "./client-program.ts";
import { type HeliostatProcess, startHeliostat } from "./heliostat-process.ts";
import { runProgram } from "./program.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "raycluster.yaml");
const NAMES_OF_DEMO = /^pod\/demo-head-\w+\npod\/demo-small-worker-\w+\npod\/demo-small-worker-\w+\n$/;

describe("heliostat operator, in a process of its own", () => {
  let home: string;
  let kubeconfig: string;
  let kubectlPath: string;
  let kubernetes: HeliostatProcess;
  const operators: HeliostatProcess[] = [];

  beforeAll(async () => {
    kubectlPath = fetchTools()["kubectl-1.35"];
    home = mkdtempSync(join(tmpdir(), "heliostat-operator-"));
    kubernetes = startHeliostat(["kubernetes", "--json", "--data-dir", join(home, "state")], { HOME: home });
    ({ kubeconfig } = JSON.parse(await kubernetes.firstLine()) as { kubeconfig: string });
  });
  afterAll(async () => {
    for (const operator of operators) await operator.end("SIGKILL");
    await kubernetes?.end("SIGTERM");
    rmSync(home, { recursive: true, force: true });
  });

  function startOperator(...flags: readonly string[]): HeliostatProcess {
    const operator = startHeliostat(["operator", "--kubeconfig", kubeconfig, ...flags], { HOME: home });
    operators.push(operator);
    return operator;
  }

  function kubectl(args: string, input = ""): Promise<string> {
    return clientProgram(kubectlPath, { home, kubeconfigPath: kubeconfig }).output(args, { input });
  }

  const countOf = async (kinds: string): Promise<number> => (await objects(kinds)).length;

  async function objects(kinds: string): Promise<readonly KubeObject[]> {
    return (JSON.parse(await kubectl(`get ${kinds} -l ray.io/cluster -o json`)) as { items: KubeObject[] })
      .items;
  }

  it("makes a service and pods of what kubectl applies", async () => {
    const operator = startOperator("--install-crds");
    expect(await kubectl(`apply -f ${EXAMPLE}`)).toBe("raycluster.ray.io/demo created\n");
    await expect.poll(() => kubectl("get pods -o name"), WITHIN).toMatch(NAMES_OF_DEMO);
    expect(await kubectl("get pods --no-headers")).toMatch(/^(\S+ +0\/1 +Pending +0 +\d+s\n){3}$/);
    await expect.poll(() => kubectl("get services -o name"), WITHIN).toContain("service/demo-head-svc\n");
    await expect
      .poll(() => kubectl("get raycluster demo -o jsonpath={.status.desiredWorkerReplicas}"), WITHIN)
      .toBe("2");
    process.stdout.write(`operator: ${residentMiB(operator)} MiB resident with one RayCluster\n`);
    await operator.end("SIGTERM");
  });

  it("makes nothing twice after it was killed and has started again", async () => {
    const before = await objects("pods,services");
    for (const turn of [1, 2]) {
      const operator = startOperator("--namespace", "default");
      await expect.poll(() => operator.log(), WITHIN).toContain("Operator reconciles");
      await kubectl(`annotate --overwrite raycluster demo turn=${turn}`);
      await operator.end("SIGKILL");
    }
    expect(identities(await objects("pods,services"))).toEqual(identities(before));
  });

  it("makes nothing twice wherever in its work it is killed", async () => {
    for (const operator of operators) await operator.end("SIGKILL");
    let operator = startOperator();
    const { client, close } = kubeHttp(accessOf(kubeconfig), { userAgent: "e2e" });
    for (const [index, delayMs] of KILL_AFTER_MS.entries()) {
      await expect.poll(() => operator.log(), WITHIN).toContain("Operator reconciles");
      await client.create(RAY_CLUSTERS, exampleNamed(`killed-${index}`));
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await operator.end("SIGKILL");
      operator = startOperator();
    }
    await close();
    const count = 1 + KILL_AFTER_MS.length;
    await expect.poll(() => countOf("pods"), WITHIN).toBe(3 * count);
    await expect.poll(() => countOf("services"), WITHIN).toBe(count);
    const settled = identities(await objects("pods,services"));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(identities(await objects("pods,services"))).toEqual(settled);
    const clusters = (await objects("pods")).map(clusterOf);
    for (const name of clusters) expect(clusters.filter((each) => each === name)).toHaveLength(3);
    process.stdout.write(`operator: ${residentMiB(operator)} MiB resident with ${count} RayClusters\n`);
    await operator.end("SIGTERM");
  });

  it("leads one at a time, and hands over when it ends in good order", async () => {
    for (const operator of operators) await operator.end("SIGKILL");
    const first = startOperator("--leader-elect");
    await expect.poll(() => first.log(), WITHIN).toContain("Became leader");
    const second = startOperator("--leader-elect");
    await expect.poll(() => second.log(), WITHIN).toContain("Operator starts");
    await first.end("SIGTERM");
    await expect.poll(() => second.log(), WITHIN).toContain("Became leader");
    const lease = JSON.parse(await kubectl("get lease heliostat-operator -o json")) as Lease;
    expect(lease.spec).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 1 });
    await second.end("SIGTERM");
  });

  it("lets another one lead while it is paused, and writes nothing when it wakes up", async () => {
    for (const operator of operators) await operator.end("SIGKILL");
    await kubectl("delete lease heliostat-operator");
    const paused = startOperator("--leader-elect");
    await expect.poll(() => paused.log(), WITHIN).toContain("Operator reconciles");
    const other = startOperator("--leader-elect");
    await expect.poll(() => other.log(), WITHIN).toContain("Operator starts");
    paused.pause();
    await kubectl("apply -f -", readFileSync(EXAMPLE, "utf8").replace("name: demo", "name: paused"));
    await expect.poll(() => other.log(), WITHIN).toContain("Became leader");
    const podsOfPaused = (): Promise<string> => kubectl("get pods -l ray.io/cluster=paused -o name");
    await expect.poll(podsOfPaused, WITHIN).toMatch(/^(pod\/paused-\S+\n){3}$/);
    const before = identities(await objects("pods,services"));
    const logBefore = paused.log();
    paused.resume();
    await expect.poll(() => paused.log(), WITHIN).toContain("Leads no longer");
    expect(paused.log().slice(logBefore.length)).not.toContain("Action done");
    expect(identities(await objects("pods,services"))).toEqual(before);
    await other.end("SIGTERM");
    await paused.end("SIGTERM");
  });

  it("publishes dashboards by Routes where there are any, as on OpenShift", async () => {
    await kubectl("apply -f -", ROUTE_CRD);
    await kubectl("wait --for=condition=Established crd/routes.route.openshift.io");
    const operator = startOperator();
    const published = readFileSync(EXAMPLE, "utf8")
      .replace("name: demo", "name: published")
      .replace("headGroupSpec:", "headGroupSpec:\n    enableIngress: true");
    await kubectl("apply -f -", published);
    const service = (): Promise<string> =>
      kubectl("get routes published-head-route -o jsonpath={.spec.to.name}");
    await expect.poll(() => service().catch(String), WITHIN).toBe("published-head-svc");
    expect(await kubectl("get ingresses -o name")).toBe("");
    await operator.end("SIGTERM");
  });

  it("says what is wrong when it cannot begin", async () => {
    const path = join(import.meta.dirname, "..", "..", "bin", "heliostat.js");
    const options = { env: { HOME: home } };
    const nowhere = await runProgram(
      process.execPath,
      [path, "operator", "--kubeconfig", "/nowhere"],
      options,
    );
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no "/nowhere"') });
    const args = [path, "operator", "--kubeconfig", kubeconfig, "--context", "other"];
    expect(await runProgram(process.execPath, args, options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Cannot use context "other": there is "heliostat"'),
    });
  });
});

const ROUTE_CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: routes.route.openshift.io }
spec:
  group: route.openshift.io
  names: { kind: Route, plural: routes }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;

/** From before it has begun until it has long finished. */
const KILL_AFTER_MS: readonly number[] = [0, 2, 4, 6, 8, 10, 13, 16, 20, 30, 60];

const WITHIN = { timeout: 30_000, interval: 100 };

function accessOf(kubeconfig: string): ClusterAccess {
  return loadKubeconfig({ paths: [kubeconfig], clock: systemClock, environment: {} });
}

function exampleNamed(name: string): RayCluster {
  const example = parse(readFileSync(EXAMPLE, "utf8")) as RayCluster;
  return { ...example, metadata: { name, namespace: "default" } };
}

function identities(items: readonly KubeObject[]): readonly string[] {
  return items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`).sort();
}

function clusterOf({ metadata }: KubeObject): string {
  return metadata.labels?.["ray.io/cluster"] ?? "";
}

function residentMiB({ pid }: HeliostatProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
