import { epochMsOf, type Pod } from "@heliostat/kube";
import { isReady, readySinceMs, restartsOf } from "../pods/pod-state.ts";

/** A pod, and how many of its siblings share its node. */
interface Ranked {
  readonly pod: Pod;
  readonly neighbours: number;
}

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/**
 * `pods` in the order in which a ReplicaSet gives them up (Kubernetes: `ActivePodsWithRanks`): those without a node,
 * pending, not ready, cheap to delete, crowded on their node, ready for a short time, often restarted, young.
 */
export function inDeletionOrder(pods: readonly Pod[]): readonly Pod[] {
  const counts = new Map<string, number>();
  for (const { spec } of pods) counts.set(spec?.nodeName ?? "", (counts.get(spec?.nodeName ?? "") ?? 0) + 1);
  return pods
    .map((pod) => ({ pod, neighbours: counts.get(pod.spec?.nodeName ?? "") ?? 0 }))
    .sort(byRank)
    .map(({ pod }) => pod);
}

/** Each says how early a pod goes, the smaller the earlier; the next one is asked when they are equal. */
const RULES: readonly ((ranked: Ranked) => number)[] = [
  ({ pod }) => (pod.spec?.nodeName ? 1 : 0),
  ({ pod }) => PHASES[pod.status?.phase ?? ""] ?? 0,
  ({ pod }) => (isReady(pod) ? 1 : 0),
  ({ pod }) => deletionCost(pod),
  ({ neighbours }) => -neighbours,
  ({ pod }) => -(readySinceMs(pod) ?? 0),
  ({ pod }) => -restartsOf(pod),
  ({ pod }) => -(epochMsOf(pod.metadata.creationTimestamp ?? "") ?? 0),
];

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function byRank(left: Ranked, right: Ranked): number {
  for (const rule of RULES) {
    const difference = rule(left) - rule(right);
    if (difference !== 0) return difference;
  }
  return (left.pod.metadata.uid ?? "") < (right.pod.metadata.uid ?? "") ? -1 : 1;
}

/** What is no number counts as no cost (Kubernetes' rule). */
function deletionCost({ metadata }: Pod): number {
  const cost = Number(metadata.annotations?.[DELETION_COST] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}
