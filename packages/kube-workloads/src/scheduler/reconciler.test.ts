import { conditionOf, EVENTS, NODES, type Node, PODS, type Pod } from "@heliostat/kube";
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
    const message = "0/1 nodes are available: 1 Insufficient cpu.";
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

  async function addNode(name: string, cpu: string): Promise<void> {
    const status = { allocatable: { cpu, memory: "8Gi", pods: "110" } };
    const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name }, status };
    const { metadata } = await bench.client.create(NODES, node);
    await bench.client.update(NODES, { ...node, metadata }, { subresource: "status" });
  }

  async function addPod(name: string, cpu: string): Promise<void> {
    const containers = [{ name: "main", image: "busybox", resources: { requests: { cpu } } }];
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: { containers },
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
