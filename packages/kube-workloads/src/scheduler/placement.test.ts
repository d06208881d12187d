import type { Affinity, Node, Pod, PodSpec } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { emptyNode, type NodeView, withPods } from "./node-view.ts";
import { planBindings } from "./plan.ts";

const WEB = { matchLabels: { app: "web" } };
const BY_ZONE = { topologyKey: "zone", labelSelector: WEB };

describe("planBindings() with regard to neighbours", () => {
  it("keeps a pod near those that it requires, and lets the first of them go anywhere", () => {
    const affinity = near();
    expect(nodeFor(pod({ affinity }), [node("a", "1"), node("b", "2")])).toBe("a");
    expect(nodeFor(pod({ affinity }), [node("a", "1"), node("b", "2", [pod()])])).toBe("b");
    expect(refusal(pod({ affinity }, "other"), [node("a", "1")])).toBe(
      "0/1 nodes are available: 1 node(s) didn't match pod affinity rules. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
  });

  it("keeps pods apart that one or the other of them wants apart", () => {
    const affinity = far();
    expect(nodeFor(pod({ affinity }), [node("a", "1", [pod()]), node("b", "2")])).toBe("b");
    expect(refusal(pod({ affinity }), [node("a", "1", [pod()]), node("b", "1")])).toBe(
      "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    );
    expect(refusal(pod(), [node("a", "1", [pod({ affinity })])])).toBe(
      "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    );
  });

  it("heeds what it has just placed", () => {
    const pods = ["x", "y", "z"].map((name) => ({
      ...pod({ affinity: far() }),
      metadata: { name, namespace: "default", labels: { app: "web" } },
    }));
    const verdicts = planBindings(pods, [node("a", "1"), node("b", "2")]);
    expect(verdicts.map((verdict) => ("nodeName" in verdict ? verdict.nodeName : "none"))).toEqual([
      "a",
      "b",
      "none",
    ]);
  });

  it("means pods of other namespaces only when it says so", () => {
    const stranger = { ...pod(), metadata: { ...pod().metadata, namespace: "other" } };
    const nodes = [node("a", "1", [stranger])];
    expect(nodeFor(pod({ affinity: far() }), nodes)).toBe("a");
    const everywhere = far({ namespaceSelector: { matchLabels: { team: "x" } } });
    const labels = new Map([["other", { team: "x" }]]);
    expect(planBindings([pod({ affinity: everywhere })], nodes, { namespaces: labels })[0]).toHaveProperty(
      "unschedulable",
    );
  });

  it("spreads pods over places as evenly as it must", () => {
    const topologySpreadConstraints = [{ ...BY_ZONE, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" }];
    const spread = pod({ topologySpreadConstraints });
    expect(nodeFor(spread, [node("a", "1", [pod()]), node("b", "2")])).toBe("b");
    expect(refusal(spread, [node("a", "1", [pod()]), node("b", "2", { unschedulable: true })])).toBe(
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    );
    expect(refusal(spread, [node("a", undefined)])).toBe(
      "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label). preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
  });

  it("prefers nodes that a pod would rather have, and those without its siblings", () => {
    const preference = { matchExpressions: [{ key: "zone", operator: "In", values: ["2"] }] };
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] };
    const nodes = [node("a", "1"), node("b", "2")];
    expect(nodeFor(pod({ affinity: { nodeAffinity: preferred } }), nodes)).toBe("b");
    const ownerReferences = [
      { apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "u", controller: true },
    ];
    const sibling = { ...pod(), metadata: { ...pod().metadata, ownerReferences } };
    expect(nodeFor(sibling, [node("a", "1", [sibling]), node("b", "2")])).toBe("b");
    const taints = [{ key: "old", effect: "PreferNoSchedule" }];
    expect(nodeFor(pod(), [node("a", "1", { taints }), node("b", "2")])).toBe("b");
  });
});

function nodeFor(newcomer: Pod, nodes: readonly NodeView[]): string | undefined {
  const [verdict] = planBindings([newcomer], nodes);
  return verdict && "nodeName" in verdict ? verdict.nodeName : undefined;
}

function refusal(newcomer: Pod, nodes: readonly NodeView[]): string | undefined {
  const [verdict] = planBindings([newcomer], nodes);
  return verdict && "unschedulable" in verdict ? verdict.unschedulable : undefined;
}

function near(): Affinity {
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [BY_ZONE] } };
}

function far(more: object = {}): Affinity {
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...BY_ZONE, ...more }] } };
}

/** With pods on it, or with a spec of its own. */
function node(
  name: string,
  zone: string | undefined,
  more: readonly Pod[] | NonNullable<Node["spec"]> = [],
): NodeView {
  const labels = zone === undefined ? {} : { zone };
  const status = { allocatable: { cpu: "4", memory: "8Gi", pods: "110" } };
  const pods = isList(more) ? more : [];
  const spec = isList(more) ? {} : more;
  return withPods(
    emptyNode({ apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec, status }),
    pods,
  );
}

function isList(more: readonly Pod[] | NonNullable<Node["spec"]>): more is readonly Pod[] {
  return Array.isArray(more);
}

function pod(spec: Partial<PodSpec> = {}, app = "web"): Pod {
  const metadata = { name: "pod", namespace: "default", labels: { app } };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [], ...spec } };
}
