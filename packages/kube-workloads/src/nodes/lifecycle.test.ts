import {
  conditionOf,
  isTerminating,
  LEASES,
  type Lease,
  microTimestamp,
  NODES,
  type Node,
  PODS,
  type Pod,
  type Toleration,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkbench, type Workbench } from "../testing/workbench.ts";

describe("the life of nodes", () => {
  let bench: Workbench;

  beforeEach(async () => {
    bench = await startWorkbench();
    await addNode("laptop");
  });
  afterEach(() => bench.stop());

  it("goes on while the lease is renewed", async () => {
    for (let round = 0; round < 6; round += 1) {
      await renew("laptop");
      await bench.turn(30_000);
    }
    expect(await readiness()).toMatchObject({ status: "True" });
    expect((await node()).spec?.taints ?? []).toEqual([]);
  });

  it("is unknown when the lease is not renewed, and so are the pods not ready", async () => {
    await renew("laptop");
    await addPod("web", [], true);
    await bench.turn(49_000);
    expect(await readiness()).toMatchObject({ status: "True" });
    await bench.turn(5_000);
    expect(await readiness()).toMatchObject({
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    });
    expect((await node()).spec?.taints).toMatchObject([
      { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
      { key: "node.kubernetes.io/unreachable", effect: "NoExecute", timeAdded: expect.any(String) },
    ]);
    expect(conditionOf((await pod("web")).status?.conditions, "Ready")?.status).toBe("False");
  });

  it("is unknown as well of a node without a lease that says nothing new", async () => {
    await bench.turn(45_000);
    expect(await readiness()).toMatchObject({ status: "True" });
    await setReady("True", "2026-01-01T00:00:00Z");
    await bench.turn(45_000);
    expect(await readiness()).toMatchObject({ status: "True" });
    await bench.turn(10_000);
    expect(await readiness()).toMatchObject({ status: "Unknown", reason: "NodeStatusUnknown" });
  });

  it("never began for a node of which nothing is heard for a minute", async () => {
    const mute: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "mute" } };
    await bench.client.create(NODES, mute);
    await bench.turn(59_000);
    expect((await bench.find(NODES, { name: "mute" }))?.status?.conditions ?? []).toEqual([]);
    await bench.turn(3_000);
    const { spec, status } = (await bench.find(NODES, { name: "mute" })) ?? mute;
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: "Ready",
        status: "Unknown",
        reason: "NodeStatusNeverUpdated",
        message: "Kubelet never posted node status.",
      }),
    );
    expect(spec?.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      "node.kubernetes.io/unreachable:NoSchedule",
      "node.kubernetes.io/unreachable:NoExecute",
    ]);
  });

  it("sends pods away when they have borne it long enough, five minutes unless they say otherwise", async () => {
    await renew("laptop");
    const key = "node.kubernetes.io/unreachable";
    await addPod("usual");
    await addPod("hasty", [{ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 10 }]);
    await addPod("faithful", [{ key, operator: "Exists", effect: "NoExecute" }]);
    await bench.turn(55_000);
    expect(await leaving()).toEqual([]);
    await bench.turn(10_000);
    expect(await leaving()).toEqual(["hasty"]);
    await bench.turn(280_000);
    expect(await leaving()).toEqual(["hasty"]);
    await bench.turn(20_000);
    expect(await leaving()).toEqual(["hasty", "usual"]);
    expect(conditionOf((await pod("usual")).status?.conditions, "DisruptionTarget")).toMatchObject({
      status: "True",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
    });
  });

  it("goes on when the node is heard of again in time", async () => {
    await renew("laptop");
    await addPod("usual");
    await bench.turn(120_000);
    expect(await readiness()).toMatchObject({ status: "Unknown" });
    await renew("laptop");
    await setReady("True");
    await bench.turn(20_000);
    expect((await node()).spec).not.toHaveProperty("taints");
    for (let round = 0; round < 12; round += 1) {
      await renew("laptop");
      await bench.turn(30_000);
    }
    expect(await leaving()).toEqual([]);
  });

  it("says by taints what a node says of itself, and leaves other taints alone", async () => {
    const own = { key: "example.com/own", effect: "PreferNoSchedule" };
    await patchNode({ spec: { taints: [own], unschedulable: true } });
    await setReady("False");
    await bench.turn();
    expect((await node()).spec?.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      "example.com/own:PreferNoSchedule",
      "node.kubernetes.io/not-ready:NoSchedule",
      "node.kubernetes.io/not-ready:NoExecute",
      "node.kubernetes.io/unschedulable:NoSchedule",
    ]);
    await patchNode({ spec: { unschedulable: null } });
    await setReady("True");
    await bench.turn();
    expect((await node()).spec?.taints).toEqual([own]);
  });

  it("sends pods away at once for a taint that they do not tolerate", async () => {
    await addPod("stays", [{ key: "example.com/repair", operator: "Exists" }]);
    await addPod("goes");
    await patchNode({ spec: { taints: [{ key: "example.com/repair", effect: "NoExecute" }] } });
    await bench.turn();
    expect(await leaving()).toEqual(["goes"]);
  });

  it("ends with that of the node: its pods go when it has been away for long enough", async () => {
    await addPod("web");
    await bench.client.delete(NODES, { name: "laptop" });
    await bench.turn(30_000);
    expect((await pod("web")).metadata.deletionTimestamp).toBeUndefined();
    await bench.turn(15_000);
    expect(await bench.find(PODS, { namespace: "default", name: "web" })).toBeUndefined();
  });

  it("is not waited for by pods of a node that never was", async () => {
    const spec = { nodeName: "nowhere", containers: [{ name: "main", image: "busybox" }] };
    const metadata = { name: "stray", namespace: "default" };
    await bench.client.create(PODS, { apiVersion: "v1", kind: "Pod", metadata, spec });
    await bench.turn(35_000);
    expect(await bench.find(PODS, metadata)).toBeDefined();
    await bench.turn(10_000);
    expect(await bench.find(PODS, metadata)).toBeUndefined();
  });

  it("does not end when the node is registered again", async () => {
    await addPod("web");
    await bench.client.delete(NODES, { name: "laptop" });
    await bench.turn(30_000);
    await addNode("laptop");
    await bench.turn(60_000);
    expect((await pod("web")).metadata.deletionTimestamp).toBeUndefined();
  });

  async function addNode(name: string): Promise<void> {
    const status = { allocatable: { cpu: "4", memory: "8Gi", pods: "110" } };
    const fresh: Node = { apiVersion: "v1", kind: "Node", metadata: { name }, status };
    const { metadata } = await bench.client.create(NODES, fresh);
    await bench.client.update(NODES, { ...fresh, metadata }, { subresource: "status" });
    await setReady("True");
  }

  async function setReady(status: string, lastHeartbeatTime?: string): Promise<void> {
    const others = ["MemoryPressure", "DiskPressure"].map((type) => ({ type, status: "False" }));
    const body = {
      status: {
        conditions: [{ type: "Ready", status, ...(lastHeartbeatTime && { lastHeartbeatTime }) }, ...others],
      },
    };
    await bench.client.patch(
      NODES,
      { name: "laptop" },
      { patch: { type: "merge", body }, subresource: "status" },
    );
  }

  async function renew(name: string): Promise<void> {
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: microTimestamp(bench.clock.now()),
    };
    const lease: Lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace: "kube-node-lease" },
      spec,
    };
    const known = await bench.find(LEASES, { name, namespace: "kube-node-lease" });
    if (known) await bench.client.update(LEASES, { ...known, spec });
    else await bench.client.create(LEASES, lease);
    await bench.turn(1);
  }

  async function addPod(
    name: string,
    tolerations: readonly Toleration[] = [],
    isReady = false,
  ): Promise<void> {
    const fresh: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: { containers: [{ name: "main", image: "busybox" }], tolerations },
    };
    await bench.client.create(PODS, fresh);
    await bench.turn(100);
    if (!isReady) return;
    const body = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
    await bench.client.patch(
      PODS,
      { namespace: "default", name },
      { patch: { type: "merge", body }, subresource: "status" },
    );
  }

  async function patchNode(body: object): Promise<void> {
    await bench.client.patch(NODES, { name: "laptop" }, { patch: { type: "merge", body: body as never } });
  }

  async function node(): Promise<Node> {
    return await bench.client.get(NODES, { name: "laptop" });
  }

  async function readiness(): Promise<object | undefined> {
    return conditionOf((await node()).status?.conditions, "Ready");
  }

  async function pod(name: string): Promise<Pod> {
    return await bench.client.get(PODS, { namespace: "default", name });
  }

  async function leaving(): Promise<readonly string[]> {
    const { items } = await bench.client.list(PODS);
    return items.filter(isTerminating).map(({ metadata }) => metadata.name);
  }
});
