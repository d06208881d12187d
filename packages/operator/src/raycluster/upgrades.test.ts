import { PODS } from "@heliostat/kube";
import type { RayCluster, WorkerGroupSpec } from "@heliostat/ray";
import { aRayContainer } from "@heliostat/ray/testing";
import { afterEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";
import { isHead, isReady } from "./pod-state.ts";

let world: OperatorWorld;
afterEach(() => world.end());

describe("a change of the spec", () => {
  it("leaves running pods as they are without a strategy", async () => {
    const before = await begin({ type: "None" });
    await changeWorkers("rayproject/ray:2.54.0");
    await world.pass(60);
    expect(await names()).toEqual(before);
  });

  it("replaces all pods at once with Recreate, under new names", async () => {
    const before = await begin({ type: "Recreate" });
    await changeWorkers("rayproject/ray:2.54.0");
    await world.pass(120);
    const after = await names();
    expect(after).toHaveLength(before.length);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect(await images()).toEqual(["rayproject/ray:2.54.0"]);
    expect((await world.cluster()).status?.state).toBe("ready");
  });

  it("leaves scaling out of it", async () => {
    const before = await begin({ type: "Recreate" });
    await editGroups((group) => ({ ...group, replicas: 4 }));
    await world.pass(60);
    expect(await names()).toEqual(expect.arrayContaining([...before]));
    expect(await names()).toHaveLength(5);
  });

  it("takes over a head of another operator's instead of replacing it", async () => {
    const before = await begin({ type: "Recreate" });
    const [head] = (await world.pods()).filter(isHead);
    const annotations = {
      "ray.io/kuberay-version": "v1.5.0",
      "ray.io/upgrade-strategy-recreate-hash": "THEIRS",
    };
    await world.client.patch(
      PODS,
      { namespace: "default", name: head?.metadata.name ?? "" },
      { patch: { type: "merge", body: { metadata: { annotations } } } },
    );
    await world.pass(60);
    expect(await names()).toEqual(before);
    const [stamped] = (await world.pods()).filter(isHead);
    expect(stamped?.metadata.annotations?.["ray.io/kuberay-version"]).toMatch(/^heliostat-/);
  });

  it("replaces workers one at a time with RollingUpdate, and never the head", async () => {
    const before = await begin({ type: "RollingUpdate" }, 3);
    await changeWorkers("rayproject/ray:2.54.0");
    let fewest = 3;
    for (let tenth = 0; tenth < 3000; tenth += 1) {
      await world.pass(0.1);
      const ready = (await world.pods()).filter((pod) => !isHead(pod) && isReady(pod)).length;
      fewest = Math.min(fewest, ready);
    }
    expect(fewest).toBe(2);
    expect(await images()).toEqual(["rayproject/ray:2.54.0"]);
    const [head] = before.filter((name) => name.includes("-head-"));
    expect(await names()).toContain(head);
    expect((await world.cluster()).status).toMatchObject({ readyWorkerReplicas: 3, why: "" });
  });

  it("replaces everything with RollingUpdate when the head has changed", async () => {
    const before = await begin({ type: "RollingUpdate" });
    const containers = [aRayContainer({ name: "ray-head", image: "rayproject/ray:2.54.0" })];
    await world.edit({ spec: { headGroupSpec: { template: { spec: { containers } } } } });
    await world.pass(120);
    expect((await names()).filter((name) => before.includes(name))).toEqual([]);
    expect((await world.cluster()).status).toMatchObject({ why: "", readyWorkerReplicas: 2 });
  });
});

describe("a group that is taken out of the spec", () => {
  it("ends with its workers", async () => {
    await begin({ type: "None" });
    await world.edit({ spec: { workerGroupSpecs: [] } });
    await world.pass(60);
    expect(await names()).toHaveLength(1);
    expect(await world.reasons()).toContain("DeletedWorkerPod");
    expect((await world.cluster()).status).toMatchObject({ why: "", readyWorkerReplicas: 0 });
  });
});

async function begin(
  upgradeStrategy: NonNullable<RayCluster["spec"]["upgradeStrategy"]>,
  replicas = 2,
): Promise<readonly string[]> {
  world = await OperatorWorld.begin();
  await world.make({ upgradeStrategy, workers: [{ replicas }] });
  await world.pass(60);
  expect((await world.cluster()).status?.state).toBe("ready");
  return names();
}

async function changeWorkers(image: string): Promise<void> {
  const template = { spec: { containers: [aRayContainer({ name: "ray-worker", image })] } };
  await editGroups((group) => ({ ...group, template }));
}

async function editGroups(change: (group: WorkerGroupSpec) => WorkerGroupSpec): Promise<void> {
  const { workerGroupSpecs = [] } = (await world.cluster()).spec;
  await world.edit({ spec: { workerGroupSpecs: workerGroupSpecs.map(change) } });
}

async function names(): Promise<readonly string[]> {
  return (await world.pods()).map(({ metadata }) => metadata.name).sort();
}

async function images(): Promise<readonly (string | undefined)[]> {
  const workers = (await world.pods()).filter((pod) => !isHead(pod));
  return [...new Set(workers.map(({ spec }) => spec?.containers[0]?.image))];
}
