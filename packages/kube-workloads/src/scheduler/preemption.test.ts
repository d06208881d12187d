import type { Node, Pod, PodDisruptionBudget } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { emptyNode, type NodeView, withPods } from "./node-view.ts";
import { planBindings } from "./plan.ts";

describe("preemption", () => {
  it("takes as few as are needed, of as little importance as possible", () => {
    const place = node("a", [pod("x", 1), pod("y", 3), pod("z", 2), pod("w", 2)]);
    expect(victimsOf(pod("urgent", 9, "2"), [place])).toEqual({ a: ["w", "x"] });
    expect(victimsOf(pod("urgent", 2), [place])).toEqual({ a: ["x"] });
    expect(victimsOf(pod("urgent", 1), [place])).toEqual({});
  });

  it("takes of equals who has run for the shortest time", () => {
    const place = node("a", [pod("old", 1, "2", "2026-01-01"), pod("young", 1, "2", "2026-01-02")]);
    expect(victimsOf(pod("urgent", 9), [place])).toEqual({ a: ["young"] });
  });

  it("spares pods whose budget allows no disruption, as long as others will do", () => {
    const guarded = pod("guarded", 1, "2", "2026-01-02", { app: "guarded" });
    const place = node("a", [guarded, pod("other", 2, "2")]);
    expect(victimsOf(pod("urgent", 9), [place], [budget("guarded", 0)])).toEqual({ a: ["other"] });
    expect(victimsOf(pod("urgent", 9), [place], [budget("guarded", 1)])).toEqual({ a: ["guarded"] });
    expect(victimsOf(pod("urgent", 9, "4"), [place], [budget("guarded", 0)])).toEqual({
      a: ["other", "guarded"],
    });
  });

  it("prefers the node where it does the least harm", () => {
    const guarded = pod("guarded", 1, "4", "2026-01-02", { app: "guarded" });
    const nodes = [
      node("a", [guarded]),
      node("b", [pod("higher", 5, "4")]),
      node("c", [pod("lower", 4, "4")]),
    ];
    expect(victimsOf(pod("urgent", 9), nodes, [budget("guarded", 0)])).toEqual({ c: ["lower"] });
    const pair = [node("a", [pod("x", 1, "2"), pod("y", 1, "2")]), node("b", [pod("z", 1, "4")])];
    expect(victimsOf(pod("urgent", 9, "4"), pair)).toEqual({ b: ["z"] });
  });

  it("says what would still be in the way", () => {
    const place = node("a", [pod("low", 1, "1"), pod("high", 10, "3")]);
    expect(planBindings([pod("urgent", 9, "2")], [place])[0]).toMatchObject({
      unschedulable:
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Insufficient cpu.",
    });
  });

  it("waits for those who are on their way out, and keeps their room for who made them go", () => {
    const leaving: Pod = {
      ...pod("leaving", 1, "4"),
      metadata: { ...pod("leaving", 1).metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
      status: {
        conditions: [{ type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler" }],
      },
    };
    const urgent: Pod = { ...pod("urgent", 9, "4"), status: { nominatedNodeName: "a" } };
    const [first, second] = planBindings([urgent, pod("late", 8)], [node("a", [leaving])]);
    expect(first).toMatchObject({
      nominatedNodeName: "a",
      unschedulable:
        "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.",
    });
    expect(first).not.toHaveProperty("victims");
    expect(second).toHaveProperty("unschedulable");
    expect(planBindings([urgent, pod("late", 8)], [node("a", [])])).toMatchObject([
      { nodeName: "a" },
      { unschedulable: expect.any(String) },
    ]);
  });
});

/** Who goes, by node. */
function victimsOf(
  newcomer: Pod,
  nodes: readonly NodeView[],
  budgets: readonly PodDisruptionBudget[] = [],
): Readonly<Record<string, readonly string[]>> {
  const [verdict] = planBindings([newcomer], nodes, { budgets });
  if (!verdict || !("victims" in verdict) || !verdict.nominatedNodeName) return {};
  return { [verdict.nominatedNodeName]: verdict.victims?.map(({ metadata }) => metadata.name) ?? [] };
}

/** A node of four cores. */
function node(name: string, pods: readonly Pod[]): NodeView {
  const status = { allocatable: { cpu: "4", memory: "8Gi", pods: "110" } };
  const empty: Node = { apiVersion: "v1", kind: "Node", metadata: { name }, status };
  return withPods(emptyNode(empty), pods);
}

function pod(
  name: string,
  priority: number,
  ...[cpu = "1", started = "2026-01-01", labels = {}]: readonly [string?, string?, Record<string, string>?]
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels },
    spec: { priority, containers: [{ name: "main", resources: { requests: { cpu } } }] },
    status: { startTime: `${started}T00:00:00Z` },
  };
}

function budget(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: app, namespace: "default" },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  };
}
