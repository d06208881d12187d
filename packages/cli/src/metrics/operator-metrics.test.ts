import { runControllers } from "@heliostat/controller";
import { PODS } from "@heliostat/kube";
import { reconcilers } from "@heliostat/operator";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { emptyCluster, type OpenCluster } from "../cluster/open-cluster.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type OperatorMetrics, operatorMetrics } from "./operator-metrics.ts";

const stop = new AbortController();
let cluster: OpenCluster;
afterEach(async () => {
  stop.abort();
  await cluster.close();
});

describe("operatorMetrics()", () => {
  it("tells of clusters under KubeRay's names, and of loops and requests under those that boards know", async () => {
    const metrics = await runningOperator();
    await expect
      .poll(() => metrics.text(), { timeout: 10_000 })
      .toMatch(/kuberay_cluster_info\{name="demo",namespace="default",uid="[^"]+",owner_kind="None"\} 1/);
    await expect.poll(headPods, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => metrics.text()).toMatch(/heliostat_api_writes_total\{resource="pods"\} 1/);
    await expect
      .poll(() => metrics.text(), { timeout: 10_000 })
      .toMatch(/heliostat_api_requests_total\{verb="patch",resource="rayclusters\/status",code="200"\} \d/);
    const text = await metrics.text();
    expect(text).toMatch(/kuberay_cluster_condition_provisioned\{.*condition="false"\} 1/);
    expect(text).not.toMatch(/^kuberay_cluster_provisioned_duration_seconds\{/m);
    expect(text).toMatch(
      /controller_runtime_reconcile_total\{controller="raycluster-controller",result="\w+"\} \d/,
    );
    expect(text).toMatch(/workqueue_depth\{name="raycluster-controller"\} \d/);
    expect(text).toMatch(/heliostat_api_requests_total\{verb="create",resource="pods",code="201"\} 1/);
  });
});

async function runningOperator(): Promise<OperatorMetrics> {
  cluster = await emptyCluster([]);
  const metrics = operatorMetrics({ nowMs: () => performance.now(), hasProcess: false });
  const running = runControllers(metrics.reconcilers(reconcilers()), {
    client: metrics.client(cluster.client),
    clock: systemClock,
    random: systemRandom,
    signal: stop.signal,
  });
  metrics.follow([running]);
  const template = { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:2.58.0" }] } };
  await cluster.client.create(RAY_CLUSTERS, {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "demo", namespace: "default" },
    spec: { headGroupSpec: { rayStartParams: {}, template } },
  } as RayCluster);
  return metrics;
}

async function headPods(): Promise<number> {
  return (await cluster.client.list(PODS)).items.length;
}
