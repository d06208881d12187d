import type { Pod } from "@heliostat/kube";
import { type Claims, claimProblem } from "./claims.ts";
import { type Objection, objectionTo } from "./filters.ts";
import { type NodeView, withoutPods, withPods } from "./node-view.ts";
import { placementRules } from "./placement.ts";
import { type PreemptionGround, planPreemption, priorityOf, type Refused } from "./preemption.ts";
import { requestsOf } from "./requests.ts";
import { scoreFor } from "./score.ts";
import { unschedulableMessage } from "./unschedulable-message.ts";

/** Where a pod goes, or why it goes nowhere. */
export type Verdict = { readonly pod: Pod; readonly nodeName: string } | Refusal;

export interface Refusal {
  readonly pod: Pod;
  readonly unschedulable: string;
  /** The node on which room is made, or being made, for the pod. */
  readonly nominatedNodeName?: string;
  /** Who is to go for that. */
  readonly victims?: readonly Pod[];
}

/** The cluster around the pods. */
interface Ground extends PreemptionGround {
  /** @default every claim is there */
  readonly claims?: Claims;
}

/**
 * Choose nodes for pods, one after the other by priority and age: what one of them takes is gone for the next, and so is
 * the room that is made for one.
 */
export function planBindings(
  pods: readonly Pod[],
  nodes: readonly NodeView[],
  { namespaces = new Map(), budgets = [], claims }: Partial<Ground> = {},
): readonly Verdict[] {
  let left = nodes;
  return [...pods].sort(byPriorityAndAge).map((pod) => {
    const verdict = verdictFor(pod, left, { namespaces, budgets, ...(claims && { claims }) });
    const taken = "nodeName" in verdict ? verdict.nodeName : verdict.nominatedNodeName;
    const gone = "victims" in verdict ? (verdict.victims ?? []) : [];
    if (taken !== undefined)
      left = left.map((view) => (isOf(view, taken) ? withPods(withoutPods(view, gone), [pod]) : view));
    return verdict;
  });
}

function byPriorityAndAge(left: Pod, right: Pod): number {
  return priorityOf(right) - priorityOf(left) || ageKey(left).localeCompare(ageKey(right));
}

function ageKey({ metadata }: Pod): string {
  return metadata.creationTimestamp ?? "";
}

function isOf({ node }: NodeView, name: string): boolean {
  return node.metadata.name === name;
}

/** The nominated node if the pod fits there, else the one with the best score; among equals the first by name. */
function verdictFor(pod: Pod, nodes: readonly NodeView[], ground: Ground): Verdict {
  const { namespaces, claims } = ground;
  const lacking = claims && claimProblem(pod, claims);
  if (lacking !== undefined && nodes.length > 0) {
    const refused = nodes.map((view) => ({ view, objection: { reasons: [lacking], couldBeFreed: false } }));
    const unschedulable = `0/${nodes.length} nodes are available: ${lacking}.`;
    return withPreemption({ pod, unschedulable }, refused, ground);
  }
  const demand = { requests: requestsOf(pod), rules: placementRules(pod, nodes, namespaces) };
  const judged = nodes.map((view) => ({ view, objection: objectionTo(pod, view, demand) }));
  const feasible = judged.filter(({ objection }) => objection === undefined).map(({ view }) => view);
  const nominated = feasible.find((view) => isOf(view, pod.status?.nominatedNodeName ?? ""));
  if (nominated) return { pod, nodeName: nominated.node.metadata.name };
  const score = scoreFor(pod, demand.requests, { nodes: feasible, namespaces });
  const [best] = feasible
    .map((view) => ({ name: view.node.metadata.name, score: score(view) }))
    .sort((left, right) => right.score - left.score || (left.name < right.name ? -1 : 1));
  if (best) return { pod, nodeName: best.name };
  return refusal(pod, judged.filter(isRefused), ground);
}

function isRefused(judged: {
  readonly view: NodeView;
  readonly objection: Objection | undefined;
}): judged is Refused {
  return judged.objection !== undefined;
}

function refusal(pod: Pod, refused: readonly Refused[], ground: PreemptionGround): Refusal {
  const unschedulable = unschedulableMessage(refused.map(({ objection }) => objection.reasons));
  if (refused.length === 0) return { pod, unschedulable };
  return withPreemption({ pod, unschedulable }, refused, ground);
}

/** The refusal, and whether other pods can make room. */
function withPreemption(
  { pod, unschedulable }: Refusal,
  refused: readonly Refused[],
  ground: PreemptionGround,
): Refusal {
  const preemption = planPreemption(pod, refused, ground);
  return {
    pod,
    unschedulable: "why" in preemption ? `${unschedulable} preemption: ${preemption.why}` : unschedulable,
    ...("nodeName" in preemption && { nominatedNodeName: preemption.nodeName }),
    ...("victims" in preemption && { victims: preemption.victims }),
  };
}
