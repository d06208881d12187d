import { PODS, SERVICES } from "@heliostat/kube";
import { afterEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";
import { isHead } from "./pod-state.ts";

let world: OperatorWorld;
afterEach(() => world.end());

describe("a suspended cluster", () => {
  it("loses its pods, keeps its services, and comes up again with other names", async () => {
    world = await OperatorWorld.begin();
    await world.make();
    await world.pass(30);
    const before = (await world.pods()).map(({ metadata }) => metadata.name);
    expect(before).toHaveLength(3);

    await world.edit({ spec: { suspend: true } });
    await world.pass(60);
    expect(await world.pods()).toEqual([]);
    expect(await world.names(SERVICES)).toContain("c-head-svc");
    expect((await world.cluster()).status).toMatchObject({
      state: "suspended",
      why: "The cluster is suspended: spec.suspend is true",
    });
    expect(await world.conditions()).toMatchObject({
      RayClusterSuspended: "True RayClusterSuspended",
      RayClusterSuspending: "False RayClusterSuspending",
      RayClusterProvisioned: "False RayClusterPodsProvisioning",
      Progressing: "False RayClusterSuspended",
    });
    expect(await world.reasons()).toContain("DeletedPod");

    await world.edit({ spec: { suspend: false } });
    await world.pass(60);
    const after = (await world.pods()).map(({ metadata }) => metadata.name);
    expect(after).toHaveLength(3);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect((await world.cluster()).status?.state).toBe("ready");
  });

  it("is suspended to its end even if that is taken back meanwhile", async () => {
    world = await OperatorWorld.begin({ hasNode: false });
    await world.make();
    const finalizers = ["example.com/holds"];
    await world.pass(5);
    const [head] = (await world.pods()).filter(isHead);
    if (head) await hold(head.metadata.name, finalizers);
    await world.edit({ spec: { suspend: true } });
    await world.pass(5);
    expect((await world.conditions())["RayClusterSuspending"]).toBe("True RayClusterSuspending");
    await world.edit({ spec: { suspend: false } });
    await world.pass(5);
    expect(await world.pods()).toEqual([]);
    if (head) await hold(head.metadata.name, null);
    await world.pass(5);
    expect(await world.pods()).toHaveLength(3);
    expect((await world.conditions())["RayClusterSuspended"]).toBe("False RayClusterSuspended");
  });

  it("that is made suspended never has a pod, and says so", async () => {
    world = await OperatorWorld.begin();
    await world.make({ suspend: true });
    await world.pass(30);
    expect(await world.pods()).toEqual([]);
    expect((await world.cluster()).status?.state).toBe("suspended");
  });
});

describe("a suspended group", () => {
  it("loses its workers and leaves the head alone", async () => {
    world = await OperatorWorld.begin();
    const cluster = await world.make();
    await world.pass(30);
    const [head] = (await world.pods()).filter(isHead);
    const groups = (cluster.spec.workerGroupSpecs ?? []).map((group) => ({ ...group, suspend: true }));
    await world.edit({ spec: { workerGroupSpecs: groups } });
    await world.pass(60);
    expect((await world.pods()).map(({ metadata }) => metadata.name)).toEqual([head?.metadata.name]);
    expect((await world.cluster()).status).toMatchObject({ desiredWorkerReplicas: 0, why: "" });
  });
});

async function hold(name: string, finalizers: readonly string[] | null): Promise<void> {
  const body = { metadata: { finalizers } };
  await world.client.patch(PODS, { namespace: "default", name }, { patch: { type: "merge", body } });
}
