import {
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  conditionOf,
  DEPLOYMENTS,
  type Deployment,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  type HorizontalPodAutoscaler,
  type KubeObject,
  namespaced,
  type PodUsage,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";

const LABELS = { app: "web" };
const POOLS = namespaced("example.com/v1", "Pool", "pools");

describe("autoscalerReconciler()", () => {
  let cluster: SimulatedCluster;
  let cpuMillis: number;
  let names: readonly string[];

  beforeEach(async () => {
    cpuMillis = 100;
    names = [];
    cluster = await startSimulatedCluster({
      metrics: { pods: async () => names.map(usage), nodes: async () => [] },
    });
  });

  afterEach(() => cluster.stop());

  it("follows the load up at once, and down when that has lasted", async () => {
    await cluster.create(DEPLOYMENTS, deployment());
    await cluster.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("apps/v1", "Deployment"));
    await pass(60_000);
    expect(await replicas()).toBe(2);
    cpuMillis = 200;
    await pass(60_000);
    expect(await replicas()).toBe(6);
    cpuMillis = 10;
    await pass(200_000);
    expect(await replicas()).toBe(6);
    await pass(200_000);
    expect(await replicas()).toBe(2);
    const { status } = await cluster.get(HORIZONTAL_POD_AUTOSCALERS, "web");
    expect(status).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 2,
      currentMetrics: [
        { resource: { name: "cpu", current: { averageUtilization: 10, averageValue: "10m" } } },
      ],
    });
    expect(conditionOf(status?.conditions, "ScalingLimited")).toMatchObject({ reason: "TooFewReplicas" });
  });

  it("says so when nobody measures, and leaves the target alone", async () => {
    await cluster.create(DEPLOYMENTS, deployment());
    await cluster.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("apps/v1", "Deployment"));
    await cluster.turn(20_000);
    expect(await replicas()).toBe(2);
    const { status } = await cluster.get(HORIZONTAL_POD_AUTOSCALERS, "web");
    expect(conditionOf(status?.conditions, "ScalingActive")).toMatchObject({
      reason: "FailedGetResourceMetric",
      message:
        "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
    });
    expect(await told()).toEqual(
      expect.arrayContaining([
        "Warning FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
        expect.stringContaining("Warning FailedComputeMetricsReplicas: invalid metrics"),
      ]),
    );
  });

  it("names the container that requests nothing, and the target that is not there", async () => {
    const { spec, ...rest } = deployment();
    const containers = [{ name: "main", image: "web:1" }];
    const template = { metadata: { labels: LABELS }, spec: { containers } };
    await cluster.create(DEPLOYMENTS, {
      ...rest,
      spec: { ...spec, selector: { matchLabels: LABELS }, template },
    });
    await cluster.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("apps/v1", "Deployment"));
    const lost = autoscaler("apps/v1", "Deployment");
    await cluster.create(HORIZONTAL_POD_AUTOSCALERS, {
      ...lost,
      metadata: { name: "lost" },
      spec: { ...lost.spec, scaleTargetRef: { ...lost.spec.scaleTargetRef, name: "lost" } },
    });
    await pass(40_000);
    const notes = await told();
    expect(notes).toContainEqual(
      expect.stringMatching(
        /FailedGetResourceMetric: .*missing request for cpu in container main of Pod web-/,
      ),
    );
    expect(notes).toContain('Warning FailedGetScale: deployments.apps "lost" not found');
  });

  it("scales custom kinds that have a scale", async () => {
    await cluster.client.create(CUSTOM_RESOURCE_DEFINITIONS, POOL_DEFINITION);
    await cluster.turn(5000);
    const pool = { apiVersion: "example.com/v1", kind: "Pool", metadata: { name: "web" }, spec: { size: 9 } };
    await cluster.create<KubeObject>(POOLS, pool);
    await cluster.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("example.com/v1", "Pool"));
    await cluster.turn(20_000);
    expect(await cluster.get(POOLS, "web")).toMatchObject({ spec: { size: 6 } });
  });

  const told = async () =>
    (await cluster.client.list(EVENTS)).items.map(({ type, reason, note }) => `${type} ${reason}: ${note}`);
  const replicas = async () => (await cluster.get(DEPLOYMENTS, "web")).spec?.replicas;

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5000) {
      names = (await cluster.pods()).map(({ metadata }) => metadata.name);
      await cluster.turn(5000);
    }
  }

  function usage(name: string): PodUsage {
    const containers = [{ name: "main", cpuMillis, memoryBytes: 2 ** 20 }];
    return { name, namespace: "default", atMs: cluster.clock.now(), windowMs: 15_000, containers };
  }
});

function deployment(): Deployment {
  const containers = [{ name: "main", image: "web:1", resources: { requests: { cpu: "100m" } } }];
  const template = { metadata: { labels: LABELS }, spec: { containers } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: 2, selector: { matchLabels: LABELS }, template },
  };
}

function autoscaler(apiVersion: string, kind: string): HorizontalPodAutoscaler {
  const target = { type: "Utilization", averageUtilization: 100 };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: {
      scaleTargetRef: { apiVersion, kind, name: "web" },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
    },
  };
}

const SPEC = { type: "object", properties: { size: { type: "integer" } } };

const POOL_DEFINITION: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "pools.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "pools", kind: "Pool", singular: "pool", listKind: "PoolList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec: SPEC, status: SPEC } } },
        subresources: {
          status: {},
          scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" },
        },
      },
    ],
  },
};
