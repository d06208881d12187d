import {
  DEPLOYMENTS,
  type Deployment,
  type Eviction,
  type KubeObject,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type Pod,
  type PodDisruptionBudgetSpec,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";

const LABELS = { app: "web" };

describe("disruptionBudgetReconciler()", () => {
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    cluster = await startSimulatedCluster({}, 1000);
    const containers = [{ name: "main", image: "web:1" }];
    const template = { metadata: { labels: LABELS }, spec: { containers } };
    const deployment: Deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { replicas: 3, selector: { matchLabels: LABELS }, template },
    };
    await cluster.create(DEPLOYMENTS, deployment);
    await cluster.turn(5000);
  });

  afterEach(() => cluster.stop());

  it.each<[string, PodDisruptionBudgetSpec, object]>([
    ["a number", { minAvailable: 2 }, { expectedPods: 3, desiredHealthy: 2, disruptionsAllowed: 1 }],
    ["a share", { minAvailable: "50%" }, { expectedPods: 3, desiredHealthy: 2, disruptionsAllowed: 1 }],
    ["what may lack", { maxUnavailable: 2 }, { expectedPods: 3, desiredHealthy: 1, disruptionsAllowed: 2 }],
    ["all", { maxUnavailable: 0 }, { expectedPods: 3, desiredHealthy: 3, disruptionsAllowed: 0 }],
  ])("counts what may be disrupted, given %s", async (_, spec, status) => {
    await protect(spec);
    expect((await budget()).status).toMatchObject({ ...status, currentHealthy: 3, observedGeneration: 1 });
  });

  it("lets evictions happen one after the other, as pods come back", async () => {
    await protect({ minAvailable: 2 });
    const [first, second] = (await cluster.pods()) as readonly [Pod, Pod];
    await evict(first);
    await expect(evict(second)).rejects.toMatchObject({
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      options: {
        causes: [
          {
            reason: "DisruptionBudget",
            message: "The disruption budget web needs 2 healthy pods and has 3 currently",
          },
        ],
      },
    });
    await cluster.turn(60_000);
    expect((await budget()).status).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1 });
    await evict(second);
  });

  it("allows nothing when it cannot know how many pods there should be", async () => {
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "lone", labels: LABELS },
      spec: { containers: [{ name: "main", image: "web:1" }] },
    };
    await cluster.create(PODS, pod);
    await cluster.patch(PODS, "lone", { metadata: { labels: { app: "other" } } });
    await protect({ maxUnavailable: 1, selector: { matchLabels: { app: "other" } } });
    expect((await budget()).status).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ type: "DisruptionAllowed", status: "False", reason: "SyncFailed" }],
    });
  });

  const budget = () => cluster.get(POD_DISRUPTION_BUDGETS, "web");

  async function protect(spec: PodDisruptionBudgetSpec): Promise<void> {
    const selector = { matchLabels: LABELS };
    await cluster.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { selector, ...spec },
    });
    await cluster.turn();
  }

  async function evict({ metadata: { name } }: Pod): Promise<void> {
    const metadata = { name, namespace: "default" };
    const eviction: Eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata };
    await cluster.client.create<KubeObject>(PODS, eviction, { subresource: "eviction" });
  }
});
