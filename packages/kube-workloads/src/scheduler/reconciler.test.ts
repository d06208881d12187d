import {
  conditionOf,
  EVENTS,
  NODES,
  type Node,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Pod,
  type PodSpec,
  PRIORITY_CLASSES,
  type PriorityClass,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkbench, type Workbench } from "../testing/workbench.ts";

describe("schedulerReconciler()", () => {
  let bench: Workbench;

  beforeEach(async () => {
    bench = await startWorkbench();
  });

  afterEach(() => bench.stop());

  it("binds a pod to a node that has room for it", async () => {
    await addNode("laptop", "4");
    await addPod("a", "1");
    await bench.turn();
    expect(await nodeOf("a")).toBe("laptop");
    expect(await eventNotes("Scheduled")).toEqual(["Successfully assigned default/a to laptop"]);
  });

  it("never gives the same room to two, however many ask at once", async () => {
    await addNode("laptop", "4");
    await Promise.all(Array.from({ length: 10 }, (_, index) => addPod(`p${index}`, "1")));
    await bench.turn();
    const { items } = await bench.client.list(PODS);
    expect(items.filter(({ spec }) => spec?.nodeName === "laptop")).toHaveLength(4);
  });

  it("says why a pod fits nowhere, once", async () => {
    await addNode("laptop", "1");
    await addPod("big", "2");
    await bench.turn(60_000);
    const message =
      "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    const pod = await bench.client.get(PODS, { namespace: "default", name: "big" });
    expect(conditionOf(pod.status?.conditions, "PodScheduled")).toMatchObject({
      status: "False",
      reason: "Unschedulable",
      message,
    });
    expect(await eventNotes("FailedScheduling")).toEqual([message]);
  });

  it("tries again when a node comes, and when a pod gives room back", async () => {
    await addPod("a", "1");
    await bench.turn();
    expect(await nodeOf("a")).toBeUndefined();
    await addNode("laptop", "1");
    await bench.turn();
    expect(await nodeOf("a")).toBe("laptop");
    await addPod("b", "1");
    await bench.turn();
    expect(await nodeOf("b")).toBeUndefined();
    await bench.client.delete(PODS, { namespace: "default", name: "a" }, { gracePeriodSeconds: 0 });
    await bench.turn();
    expect(await nodeOf("b")).toBe("laptop");
  });

  it("sends pods of lower priority away for one that matters more, and gives it their room", async () => {
    await addNode("laptop", "2");
    await addClass("high", 100);
    await addPod("low-a", "1");
    await addPod("low-b", "1");
    await bench.turn();
    await addPod("urgent", "1", { priorityClassName: "high" });
    await bench.turn();
    const urgent = await podNamed("urgent");
    expect(urgent.status?.nominatedNodeName).toBe("laptop");
    expect(conditionOf(urgent.status?.conditions, "PodScheduled")).toMatchObject({
      reason: "Unschedulable",
      message:
        "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.",
    });
    const { items } = await bench.client.list(PODS);
    const [victim, ...others] = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(others).toEqual([]);
    expect(victim?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(conditionOf(victim?.status?.conditions, "DisruptionTarget")).toMatchObject({
      status: "True",
      reason: "PreemptionByScheduler",
      message: "default-scheduler: preempting to accommodate a higher priority pod",
    });
    expect(await eventNotes("Preempted")).toEqual([`Preempted by pod ${urgent.metadata.uid} on node laptop`]);
    await addPod("intruder", "1");
    await bench.turn(5_000);
    const name = { namespace: "default", name: victim?.metadata.name ?? "" };
    await bench.client.delete(PODS, name, { gracePeriodSeconds: 0 });
    await bench.turn();
    expect(await nodeOf("urgent")).toBe("laptop");
    expect(await nodeOf("intruder")).toBeUndefined();
  });

  it("waits with a pod for the claim that it mounts", async () => {
    await addNode("laptop", "2");
    await addPod("a", "1", { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "late" } }] });
    await bench.turn();
    expect(conditionOf((await podNamed("a")).status?.conditions, "PodScheduled")).toMatchObject({
      reason: "Unschedulable",
      message:
        '0/1 nodes are available: persistentvolumeclaim "late" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    });
    await bench.client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { namespace: "default", name: "late" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    await bench.turn();
    expect(await nodeOf("a")).toBe("laptop");
  });

  it("sends nobody away for a pod whose class says Never, or whose gates are closed", async () => {
    await addNode("laptop", "1");
    await addClass("patient", 100, { preemptionPolicy: "Never" });
    await addPod("low", "1");
    await bench.turn();
    await addPod("polite", "1", { priorityClassName: "patient" });
    await addPod("gated", "0", { schedulingGates: [{ name: "example.com/wait" }] });
    await bench.turn();
    expect(conditionOf((await podNamed("polite")).status?.conditions, "PodScheduled")?.message).toBe(
      "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
    );
    expect(conditionOf((await podNamed("gated")).status?.conditions, "PodScheduled")).toMatchObject({
      status: "False",
      reason: "SchedulingGated",
      message: "Scheduling is blocked due to non-empty scheduling gates",
    });
    await bench.client.patch(
      PODS,
      { namespace: "default", name: "gated" },
      { patch: { type: "merge", body: { spec: { schedulingGates: null } } } },
    );
    await bench.turn();
    expect(await nodeOf("gated")).toBe("laptop");
  });

  async function addClass(name: string, value: number, more: object = {}): Promise<void> {
    const metadata = { name };
    const priorityClass: PriorityClass = {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata,
      value,
      ...more,
    };
    await bench.client.create(PRIORITY_CLASSES, priorityClass);
  }

  async function podNamed(name: string): Promise<Pod> {
    return await bench.client.get(PODS, { namespace: "default", name });
  }

  async function addNode(name: string, cpu: string): Promise<void> {
    const status = { allocatable: { cpu, memory: "8Gi", pods: "110" } };
    const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name }, status };
    const { metadata } = await bench.client.create(NODES, node);
    await bench.client.update(NODES, { ...node, metadata }, { subresource: "status" });
  }

  async function addPod(name: string, cpu: string, spec: Partial<PodSpec> = {}): Promise<void> {
    const containers = [{ name: "main", image: "busybox", resources: { requests: { cpu } } }];
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: { ...spec, containers },
    };
    await bench.client.create(PODS, pod);
  }

  async function nodeOf(name: string): Promise<string | undefined> {
    return (await bench.client.get(PODS, { namespace: "default", name })).spec?.nodeName;
  }

  async function eventNotes(reason: string): Promise<readonly (string | undefined)[]> {
    const { items } = await bench.client.list(EVENTS, { namespace: "default" });
    return items.filter((event) => event.reason === reason).map(({ note }) => note);
  }
});
