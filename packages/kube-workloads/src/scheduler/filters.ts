import type { Amounts, Node, Pod } from "@heliostat/kube";
import { matchesNodeAffinity } from "./node-affinity.ts";
import { hostPortsOf, type NodeView } from "./node-view.ts";
import type { PlacementRule } from "./place.ts";
import { allocatableOf } from "./requests.ts";
import { untoleratedTaint } from "./taints.ts";

/** What a pod asks of any node. */
export interface Demand {
  readonly requests: Amounts;
  readonly rules: readonly PlacementRule[];
}

/** Why a node is not for a pod. */
export interface Objection {
  /** All of one filter, in Kubernetes' words. */
  readonly reasons: readonly string[];
  /** Whether the node might do without some of its pods (Kubernetes: `Unschedulable`, not `…AndUnresolvable`). */
  readonly couldBeFreed: boolean;
}

/** Kubernetes' filters in Kubernetes' order; the first that says no speaks for the node. `undefined`: none does. */
export function objectionTo(pod: Pod, view: NodeView, { requests, rules }: Demand): Objection | undefined {
  const reason = ownReason(pod, view.node);
  if (reason !== undefined) return { reasons: [reason], couldBeFreed: false };
  if (hostPortsOf(pod).some((port) => view.hostPorts.has(port))) {
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"], couldBeFreed: true };
  }
  return shortage(requests, view) ?? neighbourhood(rules, view);
}

/** What the node itself has against the pod, or the pod against it. */
function ownReason(pod: Pod, node: Node): string | undefined {
  if (node.spec?.unschedulable && !toleratesCordon(pod)) return "node(s) were unschedulable";
  const taint = untoleratedTaint(pod, node);
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`;
  return matchesNodeAffinity(pod, node) ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

function toleratesCordon(pod: Pod): boolean {
  const cordon = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
  const cordoned: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "" },
    spec: { taints: [cordon] },
  };
  return untoleratedTaint(pod, cordoned) === undefined;
}

/** What is missing. More than the whole node has is not to be had by sending pods away. */
function shortage(requests: Amounts, { node, used, podCount }: NodeView): Objection | undefined {
  const allocatable = allocatableOf(node);
  const tooMany = podCount + 1 > (allocatable.get("pods") ?? 0) ? ["Too many pods"] : [];
  const lacking = [...requests].filter(
    ([name, amount]) => amount > 0 && (used.get(name) ?? 0) + amount > (allocatable.get(name) ?? 0),
  );
  if (tooMany.length + lacking.length === 0) return undefined;
  return {
    reasons: [...tooMany, ...lacking.map(([name]) => `Insufficient ${name}`)],
    couldBeFreed: lacking.every(([name, amount]) => amount <= (allocatable.get(name) ?? 0)),
  };
}

function neighbourhood(rules: readonly PlacementRule[], view: NodeView): Objection | undefined {
  for (const rule of rules) {
    const reason = rule(view);
    if (reason !== undefined) return { reasons: [reason], couldBeFreed: !LASTING.has(reason) };
  }
  return undefined;
}

/** What the going of a node's pods does not mend (Kubernetes rule). */
const LASTING: ReadonlySet<string> = new Set([
  "node(s) didn't match pod affinity rules",
  "node(s) didn't match pod topology spread constraints (missing required label)",
]);
