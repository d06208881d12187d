import { CUSTOM_RESOURCE_DEFINITIONS, type CustomResourceDefinition, namespaced } from "@heliostat/kube";
import { batchSchedulerOf } from "@heliostat/ray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";

const WORKLOADS = namespaced("scheduling.k8s.io/v1alpha2", "Workload", "workloads");
const POD_GROUPS = namespaced("scheduling.k8s.io/v1alpha2", "PodGroup", "podgroups");
const POD_GROUP = { namespace: "default", name: "c-cluster" };
const IN_USE = "scheduling.k8s.io/podgroup-protection";

let world: OperatorWorld;

beforeEach(async () => {
  world = await OperatorWorld.begin({ settings: { scheduler: batchSchedulerOf("kubernetes-was") } });
  await world.client.create(CUSTOM_RESOURCE_DEFINITIONS, unchangeable("Workload", "workloads"));
  await world.client.create(CUSTOM_RESOURCE_DEFINITIONS, unchangeable("PodGroup", "podgroups"));
});
afterEach(() => world.end());

describe("a gang of Kubernetes' own scheduler", () => {
  it("is there before the pods, and all pods name it", async () => {
    await begin();
    expect(await world.names(WORKLOADS)).toEqual(["c"]);
    expect(await size()).toBe(3);
    const order = world.writes().map(({ resource }) => resource);
    expect(order.lastIndexOf("podgroups")).toBeLessThan(order.indexOf("pods"));
    for (const { spec } of await world.pods()) {
      expect(spec).toMatchObject({ schedulingGroup: { podGroupName: "c-cluster" } });
    }
  });

  it("makes room for another when the size changes, although pods that run keep it in use", async () => {
    await begin();
    const before = await world.pods();
    await patchGroup({ metadata: { finalizers: [IN_USE, "example.com/kept"] } });
    await resize(4);
    await world.pass(5);
    expect((await world.client.get(POD_GROUPS, POD_GROUP)).metadata.finalizers).toEqual(["example.com/kept"]);
    await patchGroup({ metadata: { finalizers: [] } });
    await world.pass(60);
    expect(await size()).toBe(5);
    const names = (await world.pods()).map(({ metadata }) => metadata.name);
    expect(names).toEqual(expect.arrayContaining(before.map(({ metadata }) => metadata.name)));
    expect(names).toHaveLength(5);
  });

  it("stays while the cluster is suspended", async () => {
    await begin();
    const { uid } = (await world.client.get(POD_GROUPS, POD_GROUP)).metadata;
    await world.edit({ spec: { suspend: true } });
    await world.pass(60);
    expect(await world.pods()).toEqual([]);
    await world.edit({ spec: { suspend: false } });
    await world.pass(60);
    expect(await world.pods()).toHaveLength(3);
    expect((await world.client.get(POD_GROUPS, POD_GROUP)).metadata.uid).toBe(uid);
  });

  it("goes when the label does, and the pods stay", async () => {
    await begin();
    await world.edit({ metadata: { labels: { "ray.io/gang-scheduling-enabled": null } } });
    await world.pass(30);
    expect(await world.names(POD_GROUPS)).toEqual([]);
    expect(await world.names(WORKLOADS)).toEqual([]);
    expect(await world.pods()).toHaveLength(3);
  });

  it("of somebody else's is left alone, and said to be in the way", async () => {
    await world.client.create(POD_GROUPS, {
      apiVersion: "scheduling.k8s.io/v1alpha2",
      kind: "PodGroup",
      metadata: POD_GROUP,
      ...{ spec: { schedulingPolicy: { basic: {} } } },
    });
    await begin();
    expect(await world.client.get(POD_GROUPS, POD_GROUP)).toMatchObject({
      spec: { schedulingPolicy: { basic: {} } },
    });
    expect(await world.reasons()).toContain("SchedulingNameCollision");
    expect((await world.cluster()).status?.why).toContain("PodGroup c-cluster is there already");
  });
});

async function begin(): Promise<void> {
  await world.make({
    metadata: { labels: { "ray.io/gang-scheduling-enabled": "true" } },
    workers: [{ replicas: 2 }],
  });
  await world.pass(60);
}

async function size(): Promise<unknown> {
  const { spec } = (await world.client.get(POD_GROUPS, POD_GROUP)) as { spec?: unknown };
  return (spec as { schedulingPolicy: { gang: { minCount: number } } }).schedulingPolicy.gang.minCount;
}

async function resize(replicas: number): Promise<void> {
  const { workerGroupSpecs = [] } = (await world.cluster()).spec;
  await world.edit({ spec: { workerGroupSpecs: workerGroupSpecs.map((each) => ({ ...each, replicas })) } });
}

async function patchGroup(body: { metadata: { finalizers: string[] } }): Promise<void> {
  await world.client.patch(POD_GROUPS, POD_GROUP, { patch: { type: "merge", body } });
}

/** A kind of `scheduling.k8s.io/v1alpha2` as Kubernetes 1.36 keeps it: what is asked for never changes. */
function unchangeable(kind: string, plural: string): CustomResourceDefinition {
  const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true } as const;
  const spec = {
    ...anything,
    "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "is immutable" }],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.scheduling.k8s.io`,
      annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
    },
    spec: {
      group: "scheduling.k8s.io",
      names: { kind, plural, singular: kind.toLowerCase() },
      scope: "Namespaced",
      versions: [
        {
          name: "v1alpha2",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { ...anything, properties: { spec } } },
        },
      ],
    },
  };
}
