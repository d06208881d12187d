import type { Node, Pod } from "@heliostat/kube";
import { matchesNodeAffinity } from "./node-affinity.ts";
import { type Amounts, allocatableOf } from "./requests.ts";
import { untoleratedTaint } from "./taints.ts";

/** Everything the choice of a node for one pod rests on. */
export interface SchedulingView {
  readonly pod: Pod;
  /** What the pod asks for. */
  readonly requests: Amounts;
  readonly nodes: readonly NodeView[];
}

export interface NodeView {
  readonly node: Node;
  /** What the pods that are bound to it, or about to be, ask for. */
  readonly used: Amounts;
  readonly podCount: number;
  /** `TCP/8080` for each host port that is taken. */
  readonly hostPorts: ReadonlySet<string>;
}

/** Where the pod goes, or why it goes nowhere. */
export type Verdict = { readonly nodeName: string } | { readonly unschedulable: string };

/** Choose the node that is left with the largest free share; among equals the first by name. */
export function planBinding(view: SchedulingView): Verdict {
  const judged = view.nodes.map((node) => ({ node, reasons: reasonsAgainst(view, node) }));
  const [best] = judged
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ node }) => ({ name: node.node.metadata.name, share: freeShare(view.requests, node) }))
    .sort((left, right) => right.share - left.share || (left.name < right.name ? -1 : 1));
  if (best) return { nodeName: best.name };
  return { unschedulable: unschedulableMessage(judged.map(({ reasons }) => reasons)) };
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
function reasonsAgainst({ pod, requests }: SchedulingView, view: NodeView): readonly string[] {
  const { node } = view;
  if (node.spec?.unschedulable && !toleratesCordon(pod)) return ["node(s) were unschedulable"];
  const taint = untoleratedTaint(pod, node);
  if (taint) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`];
  if (!matchesNodeAffinity(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  if (hostPortsOf(pod).some((port) => view.hostPorts.has(port))) {
    return ["node(s) didn't have free ports for the requested pod ports"];
  }
  return shortages(requests, view);
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

/** The mean share of cpu and memory that would still be free. */
function freeShare(requests: Amounts, { node, used }: NodeView): number {
  const allocatable = allocatableOf(node);
  const shares = ["cpu", "memory"].map((name) => {
    const all = allocatable.get(name) ?? 0;
    return all === 0 ? 0 : (all - (used.get(name) ?? 0) - (requests.get(name) ?? 0)) / all;
  });
  return shares.reduce((total, share) => total + share, 0) / shares.length;
}

/** The host ports that a pod claims, as `protocol/port`. */
export function hostPortsOf({ spec }: Pod): readonly string[] {
  return (spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = "TCP" }) => (hostPort ? [`${protocol}/${hostPort}`] : [])),
  );
}
