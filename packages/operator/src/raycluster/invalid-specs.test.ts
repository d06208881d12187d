import { EVENT_REASON, RAY_CLUSTERS, type RayCluster, validateRayClusterSpec } from "@heliostat/ray";
import { aRayCluster, aRayContainer, aWorkerGroup, type RayClusterTraits } from "@heliostat/ray/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";

/** A cluster that breaks one rule each, by what it breaks. */
const BROKEN: Readonly<Record<string, RayClusterTraits>> = {
  "no container in the head": { head: { template: { spec: { containers: [] } } } },
  "no container in a group": { workers: [{ template: { spec: { containers: [] } } }] },
  "resources beside their start parameters": {
    head: { resources: { CPU: "1" }, rayStartParams: { "num-cpus": "1" } },
  },
  "resources under both of their names": { head: { resources: { CPU: "1" }, rayResources: { CPU: 1 } } },
  "labels as a start parameter": { head: { rayStartParams: { labels: "a=b" } } },
  "a label that is none": { workers: [{ labels: { "not a key": "x" } }] },
  "fewest above most": { workers: [{ minReplicas: 3, maxReplicas: 1 }] },
  "fewest below none": { workers: [{ minReplicas: -1 }] },
  "most below none": { workers: [{ maxReplicas: -1 }] },
  "idle below none": {
    enableInTreeAutoscaling: true,
    autoscalerOptions: { version: "v2" },
    workers: [{ idleTimeoutSeconds: -1 }],
  },
  "idle time without autoscaler v2": { workers: [{ idleTimeoutSeconds: 5 }] },
  "priority without its Ray": { workers: [{ priority: 5 }] },
  "fault tolerance asked for twice": {
    metadata: { annotations: { "ray.io/ft-enabled": "true" } },
    gcsFaultToleranceOptions: { redisAddress: "redis:6379" },
  },
  "Redis without fault tolerance": head([{ name: "RAY_REDIS_ADDRESS", value: "redis:6379" }]),
  "a Redis password twice": {
    gcsFaultToleranceOptions: { redisAddress: "redis:6379" },
    head: { rayStartParams: { "redis-password": "x" } },
  },
  "a storage for Redis": {
    gcsFaultToleranceOptions: { backend: "redis", redisAddress: "r", storage: { size: "1Gi" } },
  },
  "a Redis for RocksDB": { gcsFaultToleranceOptions: { backend: "rocksdb", redisAddress: "r" } },
  "a Redis user in the environment": head([{ name: "REDIS_USERNAME", value: "x" }]),
  "a suspended group of the autoscaler's": { enableInTreeAutoscaling: true, workers: [{ suspend: true }] },
  "autoscaler v2 without an autoscaler": head([{ name: "RAY_enable_autoscaler_v2", value: "1" }]),
  "pods that start again under autoscaler v2": {
    enableInTreeAutoscaling: true,
    autoscalerOptions: { version: "v2" },
    workers: [{ template: { spec: { restartPolicy: "Always", containers: [aRayContainer()] } } }],
  },
  "the autoscaler's own command": {
    enableInTreeAutoscaling: true,
    autoscalerOptions: { env: [{ name: "KUBERAY_GEN_AUTOSCALER_START_CMD", value: "x" }] },
  },
  "an idle time of the cluster below none": {
    enableInTreeAutoscaling: true,
    autoscalerOptions: { idleTimeoutSeconds: -1 },
  },
  "a token without a version": { authOptions: { mode: "token" } },
  "a token with an old Ray": { rayVersion: "2.40.0", authOptions: { mode: "token" } },
  "Kubernetes' tokens without mode": { rayVersion: "2.55.0", authOptions: { enableK8sTokenAuth: true } },
  "a policy's rule for a direction that is open": {
    networkPolicy: { mode: "DenyAllIngress", head: { egressRules: [{}] } },
  },
  "a policy for no group": { networkPolicy: { workerGroups: [{ groupName: "nobody" }] } },
  encryption: { tlsOptions: { enabled: true } },
  "a history without its image": { historyServerOptions: { collectorOptions: {} } },
  "two groups of one name": { workers: [{}, {}] },
  "a group named as the head's": { workers: [{ groupName: "headgroup" }] },
  "a serve service without its port": {
    metadata: { annotations: { "ray.io/enable-serve-service": "true" } },
    head: {
      template: {
        spec: { containers: [aRayContainer({ ports: [{ name: "client", containerPort: 10001 }] })] },
      },
    },
  },
  "an upgrade of a job's cluster": {
    metadata: { labels: { "ray.io/originated-from-crd": "RayJob" } },
    upgradeStrategy: { type: "Recreate" },
  },
};

let world: OperatorWorld;
let index = 0;
beforeAll(async () => {
  world = await OperatorWorld.begin({ hasNode: false });
});
afterAll(() => world.end());

describe("a spec that is not valid", () => {
  it.each(Object.entries(BROKEN))(
    "(%s) is told in a condition and an event, and an edit mends it",
    async (_, traits) => {
      const name = `broken-${index++}`;
      const made = await make(name, traits);
      expect(made).toBeDefined();
      await world.pass(3);
      expect(await podsOf(name)).toHaveLength(0);
      const { status } = await world.cluster(name);
      expect(await world.conditions(name)).toMatchObject({
        Degraded: "True InvalidRayClusterSpec",
        Progressing: "False InvalidRayClusterSpec",
      });
      expect(status?.why).toMatch(/^The RayCluster is not valid: (spec|metadata)\./);
      expect(status?.observedGeneration).toBe(made.metadata.generation);
      const [event] = (await world.events()).filter(({ regarding }) => regarding?.name === name);
      expect(event).toMatchObject({ type: "Warning", reason: EVENT_REASON.invalidSpec });

      await mend(name);
      await world.pass(3);
      expect(await podsOf(name)).toHaveLength(3);
      expect((await world.conditions(name))["Degraded"]).not.toContain("InvalidRayClusterSpec");
    },
  );

  it("leaves running pods alone, and goes on from where it was once it is mended", async () => {
    await make("running", {});
    await world.pass(3);
    const before = await podsOf("running");
    expect(before).toHaveLength(3);
    await world.edit({ spec: { headGroupSpec: { rayStartParams: { labels: "a=b" } } } }, "running");
    await world.pass(3);
    expect(await podsOf("running")).toEqual(before);
    await world.edit({ spec: { headGroupSpec: { rayStartParams: { labels: null } } } }, "running");
    await world.pass(3);
    expect(await podsOf("running")).toEqual(before);
    expect((await world.conditions("running"))["Degraded"]).not.toContain("Invalid");
  });

  it("of a name that is too long is told as a problem of the metadata", async () => {
    const name = `c${"x".repeat(53)}`;
    await make(name, {});
    await world.pass(3);
    expect((await world.conditions(name))["Degraded"]).toBe("True InvalidRayClusterMetadata");
  });
});

function make(name: string, traits: RayClusterTraits): Promise<RayCluster> {
  return world.make({ ...traits, metadata: { ...traits.metadata, name } });
}

/** Everything back to a plain cluster of two workers. */
async function mend(name: string): Promise<void> {
  const live = await world.cluster(name);
  const { spec } = aRayCluster({ workers: [aWorkerGroup()] });
  const { annotations: _annotations, labels: _labels, ...metadata } = live.metadata;
  await world.client.update(RAY_CLUSTERS, { ...live, metadata, spec });
  expect(validateRayClusterSpec(await world.cluster(name))).toEqual([]);
}

async function podsOf(name: string): Promise<readonly string[]> {
  const pods = await world.pods(`ray.io/cluster=${name}`);
  return pods.map(({ metadata }) => metadata.name).sort();
}

function head(env: readonly { readonly name: string; readonly value: string }[]): RayClusterTraits {
  return { head: { template: { spec: { containers: [aRayContainer({ env })] } } } };
}
