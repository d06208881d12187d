import type { Amounts, Node, Pod } from "@heliostat/kube";
import { matchesNodeAffinity } from "./node-affinity.ts";
import { hostPortsOf, type NodeView, withPods } from "./node-view.ts";
import type { NamespaceLabels, PlacementRule } from "./place.ts";
import { placementRules } from "./placement.ts";
import { allocatableOf, requestsOf } from "./requests.ts";
import { scoreFor } from "./score.ts";
import { untoleratedTaint } from "./taints.ts";

/** Where a pod goes, or why it goes nowhere. */
export type Verdict =
  | { readonly pod: Pod; readonly nodeName: string }
  | { readonly pod: Pod; readonly unschedulable: string };

/** Choose nodes for pods, one after the other by priority and age: what one of them takes is gone for the next. */
export function planBindings(
  pods: readonly Pod[],
  nodes: readonly NodeView[],
  namespaces: NamespaceLabels = new Map(),
): readonly Verdict[] {
  let left = nodes;
  return [...pods].sort(byPriorityAndAge).map((pod) => {
    const verdict = verdictFor(pod, left, namespaces);
    if ("nodeName" in verdict)
      left = left.map((view) => (isOf(view, verdict.nodeName) ? withPods(view, [pod]) : view));
    return verdict;
  });
}

function byPriorityAndAge(left: Pod, right: Pod): number {
  const byPriority = (right.spec?.priority ?? 0) - (left.spec?.priority ?? 0);
  return byPriority || ageKey(left).localeCompare(ageKey(right));
}

function ageKey({ metadata }: Pod): string {
  return metadata.creationTimestamp ?? "";
}

function isOf({ node }: NodeView, name: string): boolean {
  return node.metadata.name === name;
}

/** The node with the best score; among equals the first by name. */
function verdictFor(pod: Pod, nodes: readonly NodeView[], namespaces: NamespaceLabels): Verdict {
  const requests = requestsOf(pod);
  const rules = placementRules(pod, nodes, namespaces);
  const judged = nodes.map((view) => ({ view, reasons: reasonsAgainst(pod, view, { requests, rules }) }));
  const feasible = judged.filter(({ reasons }) => reasons.length === 0).map(({ view }) => view);
  const score = scoreFor(pod, requests, { nodes: feasible, namespaces });
  const [best] = feasible
    .map((view) => ({ name: view.node.metadata.name, score: score(view) }))
    .sort((left, right) => right.score - left.score || (left.name < right.name ? -1 : 1));
  if (best) return { pod, nodeName: best.name };
  return { pod, unschedulable: unschedulableMessage(judged.map(({ reasons }) => reasons)) };
}

/** `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.` Autoscalers read this (Kubernetes). */
function unschedulableMessage(reasonsByNode: readonly (readonly string[])[]): string {
  if (reasonsByNode.length === 0) return "no nodes available to schedule pods";
  const counts = new Map<string, number>();
  for (const reason of reasonsByNode.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${reasonsByNode.length} nodes are available: ${parts.join(", ")}.`;
}

/** Kubernetes' filters in Kubernetes' order and words; the first that says no speaks for the node. */
function reasonsAgainst(
  pod: Pod,
  view: NodeView,
  { requests, rules }: { readonly requests: Amounts; readonly rules: readonly PlacementRule[] },
): readonly string[] {
  const { node } = view;
  if (node.spec?.unschedulable && !toleratesCordon(pod)) return ["node(s) were unschedulable"];
  const taint = untoleratedTaint(pod, node);
  if (taint) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`];
  if (!matchesNodeAffinity(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  if (hostPortsOf(pod).some((port) => view.hostPorts.has(port))) {
    return ["node(s) didn't have free ports for the requested pod ports"];
  }
  const lacking = shortages(requests, view);
  if (lacking.length > 0) return lacking;
  for (const rule of rules) {
    const reason = rule(view);
    if (reason !== undefined) return [reason];
  }
  return [];
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

function shortages(requests: Amounts, { node, used, podCount }: NodeView): readonly string[] {
  const allocatable = allocatableOf(node);
  const tooMany = podCount + 1 > (allocatable.get("pods") ?? 0) ? ["Too many pods"] : [];
  const insufficient = [...requests]
    .filter(([name, amount]) => amount > 0 && (used.get(name) ?? 0) + amount > (allocatable.get(name) ?? 0))
    .map(([name]) => `Insufficient ${name}`);
  return [...tooMany, ...insufficient];
}
