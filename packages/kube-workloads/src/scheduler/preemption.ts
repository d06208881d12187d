import { conditionOf, epochMsOf, isTerminating, type Pod, type PodDisruptionBudget } from "@heliostat/kube";
import { protects } from "../disruption-budgets/view.ts";
import { type Objection, objectionTo } from "./filters.ts";
import { type NodeView, withoutPods } from "./node-view.ts";
import type { NamespaceLabels } from "./place.ts";
import { placementRules } from "./placement.ts";
import { requestsOf } from "./requests.ts";
import { unschedulableMessage } from "./unschedulable-message.ts";

/** A node that a pod does not fit on, and why. */
export interface Refused {
  readonly view: NodeView;
  readonly objection: Objection;
}

/** The cluster around the pod. */
export interface PreemptionGround {
  readonly namespaces: NamespaceLabels;
  readonly budgets: readonly PodDisruptionBudget[];
}

/** What becomes of a pod that fits nowhere. */
export type Preemption =
  /** Room is made: the pod waits for it. */
  | { readonly nodeName: string; readonly victims: readonly Pod[] }
  /** Room is being made already. */
  | { readonly nodeName: string; readonly why: string }
  | { readonly why: string };

/**
 * Choose pods of lower priority that are to go so that `pod` fits on a node: as few as possible, of as little
 * importance as possible, and rather such whose disruption budgets allow it (Kubernetes: `DefaultPreemption`).
 */
export function planPreemption(pod: Pod, refused: readonly Refused[], ground: PreemptionGround): Preemption {
  if (pod.spec?.preemptionPolicy === "Never") return { why: "not eligible due to preemptionPolicy=Never." };
  const nominated = pod.status?.nominatedNodeName;
  if (nominated && isBeingFreed(pod, nominated, refused)) {
    return { nodeName: nominated, why: "not eligible due to a terminating pod on the nominated node." };
  }
  const trials = refused.map((each) => trial(pod, each, { refused, ground }));
  const [best] = trials.filter((each) => "victims" in each).sort(byLeastHarm);
  if (best) return best;
  return { why: unschedulableMessage(trials.map((each) => ("reasons" in each ? each.reasons : []))) };
}

/** Whether pods that had to make room on this node are still on their way out. */
function isBeingFreed(pod: Pod, nodeName: string, refused: readonly Refused[]): boolean {
  const place = refused.find(({ view }) => view.node.metadata.name === nodeName);
  if (!place?.objection.couldBeFreed) return false;
  return place.view.pods.some(
    (each) => isTerminating(each) && priorityOf(each) < priorityOf(pod) && isPreempted(each),
  );
}

function isPreempted({ status }: Pod): boolean {
  return conditionOf(status?.conditions, "DisruptionTarget")?.reason === PREEMPTED;
}

/** The reason of the condition `DisruptionTarget` of a pod that made room. */
export const PREEMPTED = "PreemptionByScheduler";

interface Candidate {
  readonly nodeName: string;
  /** The most important first. */
  readonly victims: readonly Pod[];
  /** How many of them go against their budget. */
  readonly violations: number;
}

type Trial = Candidate | { readonly reasons: readonly string[] };

interface Surroundings {
  readonly refused: readonly Refused[];
  readonly ground: PreemptionGround;
}

/** Try a node without its less important pods, then let back those that do no harm. */
function trial(pod: Pod, { view, objection }: Refused, { refused, ground }: Surroundings): Trial {
  if (!objection.couldBeFreed) return { reasons: ["Preemption is not helpful for scheduling"] };
  const lesser =
    lowestPriority(view) < priorityOf(pod)
      ? view.pods.filter((each) => priorityOf(each) < priorityOf(pod))
      : [];
  if (lesser.length === 0) return { reasons: ["No preemption victims found for incoming pod"] };
  const others = refused.map((each) => each.view).filter((each) => each !== view);
  const { namespaces } = ground;
  const requests = requestsOf(pod);
  const objectionWithout = (gone: ReadonlySet<Pod>): Objection | undefined => {
    const rest = withoutPods(view, [...gone]);
    return objectionTo(pod, rest, { requests, rules: placementRules(pod, [...others, rest], namespaces) });
  };
  const gone = new Set(lesser);
  const left = objectionWithout(gone);
  if (left) return { reasons: left.reasons };
  const { violating, others: harmless } = split([...lesser].sort(byImportance), ground.budgets);
  for (const each of [...violating, ...harmless]) {
    gone.delete(each);
    if (objectionWithout(gone)) gone.add(each);
  }
  return {
    nodeName: view.node.metadata.name,
    victims: [...gone].sort(byImportance),
    violations: violating.filter((each) => gone.has(each)).length,
  };
}

const lowest = new WeakMap<NodeView, number>();

/** Asked for each pod that waits, so that nearly always nobody has to be looked at. */
function lowestPriority(view: NodeView): number {
  const known = lowest.get(view);
  if (known !== undefined) return known;
  const least = view.pods.reduce((low, pod) => Math.min(low, priorityOf(pod)), Number.POSITIVE_INFINITY);
  lowest.set(view, least);
  return least;
}

/** Pods whose going a budget does not allow, and the others; what is allowed is used up in this order. */
function split(
  pods: readonly Pod[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: readonly Pod[]; readonly others: readonly Pod[] } {
  const allowed = new Map(budgets.map((each) => [each, each.status?.disruptionsAllowed ?? 0]));
  const violating = pods.filter((pod) => {
    const own = budgets.filter((budget) => limits(budget, pod));
    for (const budget of own) allowed.set(budget, (allowed.get(budget) ?? 0) - 1);
    return own.some((budget) => (allowed.get(budget) ?? 0) < 0);
  });
  return { violating, others: pods.filter((pod) => !violating.includes(pod)) };
}

/** An empty selector is nobody's here, and who is evicted already is not counted twice (Kubernetes rule). */
function limits(budget: PodDisruptionBudget, pod: Pod): boolean {
  const { selector = {} } = budget.spec ?? {};
  const isEmpty = !selector.matchLabels && !selector.matchExpressions;
  const isCounted = budget.status?.disruptedPods?.[pod.metadata.name] !== undefined;
  const isNear = budget.metadata.namespace === pod.metadata.namespace;
  return isNear && !isEmpty && !isCounted && protects(budget, pod);
}

/** Higher priority first, then who has run for longer. */
function byImportance(left: Pod, right: Pod): number {
  return priorityOf(right) - priorityOf(left) || startOf(left) - startOf(right);
}

export function priorityOf({ spec }: Pod): number {
  return spec?.priority ?? 0;
}

function startOf({ status }: Pod): number {
  return epochMsOf(status?.startTime ?? "") ?? Number.MAX_SAFE_INTEGER;
}

/** Kubernetes' order of preference among nodes; the first by name of equals. */
function byLeastHarm(left: Candidate, right: Candidate): number {
  for (const harm of HARMS) {
    const difference = harm(left) - harm(right);
    if (difference !== 0) return difference;
  }
  return left.nodeName < right.nodeName ? -1 : 1;
}

const HARMS: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims: [first] }) => (first ? priorityOf(first) : 0),
  // So that many pods of negative priority weigh more than few.
  ({ victims }) => victims.reduce((sum, each) => sum + priorityOf(each) + 2 ** 31, 0),
  ({ victims }) => victims.length,
  ({ victims: [first] }) => (first ? -startOf(first) : 0),
];
