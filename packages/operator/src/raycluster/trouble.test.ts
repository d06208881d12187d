import {
  CUSTOM_RESOURCE_DEFINITIONS,
  NETWORK_POLICIES,
  namespaced,
  RESOURCE_QUOTAS,
  SECRETS,
} from "@heliostat/kube";
import { batchSchedulerOf, type IdleWorkers, RayError } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";
import { isHead } from "./pod-state.ts";

let world: OperatorWorld;
afterEach(() => world.end());

describe("a quota that leaves no room", () => {
  it("is told in conditions, status and an event, and the cluster goes on once there is room", async () => {
    world = await OperatorWorld.begin();
    const quota = { namespace: "default", name: "small" };
    await world.client.create(RESOURCE_QUOTAS, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: quota,
      spec: { hard: { pods: "2" } },
    });
    await world.pass(2);
    await world.make();
    await world.pass(5);
    expect(await world.pods()).toHaveLength(2);
    expect((await world.pods()).filter(isHead)).toHaveLength(1);
    expect(await world.conditions()).toMatchObject({
      Degraded: "True QuotaExceeded",
      ReplicaFailure: "True FailedCreateWorkerPod",
    });
    expect((await world.cluster()).status?.why).toContain("exceeded quota: small");
    await world.pass(5);
    expect((await world.cluster()).status).toMatchObject({ readyWorkerReplicas: 1 });
    expect((await world.conditions())["HeadPodReady"]).toBe("True HeadPodRunningAndReady");
    expect(await world.reasons()).toContain("FailedToCreateWorkerPod");

    await world.client.delete(RESOURCE_QUOTAS, quota);
    await world.pass(20);
    expect(await world.pods()).toHaveLength(3);
    expect(await world.conditions()).toMatchObject({ Degraded: "False AsWanted" });
    expect(await world.conditions()).not.toHaveProperty("ReplicaFailure");
  });
});

describe("a pod that finds no node", () => {
  it("is what the cluster says it waits for", async () => {
    world = await OperatorWorld.begin();
    const limits = { cpu: "1", "example.com/gpu": "8" };
    const containers = [{ name: "ray-worker", image: "rayproject/ray:2.53.0", resources: { limits } }];
    await world.make({ workers: [{ replicas: 1, template: { spec: { containers } } }] });
    await world.pass(30);
    const { status } = await world.cluster();
    expect(status?.why).toMatch(
      /^Worker c-workers-worker-.{5} of group workers cannot be scheduled: .*example.com\/gpu/,
    );
    expect(await world.conditions()).toMatchObject({
      Degraded: "True Unschedulable",
      Progressing: "False Unschedulable",
      HeadPodReady: "True HeadPodRunningAndReady",
      WorkersReady: "False WorkersNotReady",
    });
  });
});

describe("asking Ray who is idle", () => {
  it("decides who goes when a group shrinks", async () => {
    const asked: string[] = [];
    const idleWorkers: IdleWorkers = {
      idleSeconds: async ({ metadata }) => {
        asked.push(metadata.name);
        return new Map([[oldest, 100]]);
      },
    };
    const oldest = await begin(idleWorkers);
    await shrink();
    expect(asked).toEqual(["c"]);
    expect((await workers()).includes(oldest)).toBe(false);
  });

  it.each<[string, IdleWorkers["idleSeconds"]]>([
    ["fails", () => Promise.reject(new RayError("Unavailable", "scripted"))],
    ["never answers", () => new Promise(() => {})],
  ])("is given up when it %s, and the group shrinks all the same", async (_, idleSeconds) => {
    await begin({ idleSeconds });
    await shrink();
    expect(await workers()).toHaveLength(2);
  });
});

describe("a batch scheduler", () => {
  it("has its PodGroup before the pods, which follows the cluster's size", async () => {
    const scheduler = batchSchedulerOf("volcano");
    const podGroups = namespaced("scheduling.volcano.sh/v1beta1", "PodGroup", "podgroups");
    world = await OperatorWorld.begin({ hasNode: false, settings: { scheduler } });
    await world.client.create(CUSTOM_RESOURCE_DEFINITIONS, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "podgroups.scheduling.volcano.sh" },
      spec: {
        group: "scheduling.volcano.sh",
        names: { kind: "PodGroup", plural: "podgroups", singular: "podgroup" },
        scope: "Namespaced",
        versions: [
          {
            name: "v1beta1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    });
    await world.make();
    await world.pass(60);
    expect(await world.names(podGroups)).toEqual(["ray-c-pg"]);
    const order = world.writes().map(({ resource }) => resource);
    expect(order.indexOf("podgroups")).toBeLessThan(order.indexOf("pods"));
    const [pod] = await world.pods();
    expect(pod?.spec?.schedulerName).toBe("volcano");

    const name = { namespace: "default", name: "ray-c-pg" };
    const running = { status: { phase: "Running" } };
    await world.client.patch(podGroups, name, { patch: { type: "merge", body: running } });
    const { workerGroupSpecs = [] } = (await world.cluster()).spec;
    await world.edit({
      spec: { workerGroupSpecs: workerGroupSpecs.map((each) => ({ ...each, replicas: 5 })) },
    });
    await world.pass(5);
    expect(await world.client.get(podGroups, name)).toMatchObject({ spec: { minMember: 6 }, ...running });
  });
});

describe("secure defaults", () => {
  it("shut a cluster off and ask for a token where the spec says nothing, and are off unless asked for", async () => {
    world = await OperatorWorld.begin({ settings: { secureDefaults: {} } });
    await world.make({ rayVersion: "2.53.0" });
    await world.pass(60);
    expect(await world.names(NETWORK_POLICIES)).toEqual(["c-head", "c-workers-workers"]);
    expect(await world.names(SECRETS)).toContain("c");
    expect((await world.cluster()).status?.state).toBe("ready");
    expect((await world.cluster()).spec).not.toHaveProperty("networkPolicy");
  });
});

/** A cluster of three workers; returns the name of its first one. */
async function begin(idleWorkers: IdleWorkers): Promise<string> {
  world = await OperatorWorld.begin({ settings: { idleWorkers } });
  await world.make({ workers: [{ replicas: 3 }] });
  await world.pass(60);
  const [first = ""] = await workers();
  return first;
}

async function shrink(): Promise<void> {
  const { workerGroupSpecs = [] } = (await world.cluster()).spec;
  await world.edit({
    spec: { workerGroupSpecs: workerGroupSpecs.map((each) => ({ ...each, replicas: 2 })) },
  });
  await world.pass(60);
}

async function workers(): Promise<readonly string[]> {
  return (await world.pods()).filter((pod) => !isHead(pod)).map(({ metadata }) => metadata.name);
}
