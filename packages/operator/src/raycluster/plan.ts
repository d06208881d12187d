import type { Action, Plan } from "@heliostat/controller";
import { isConditionTrue, isTerminating } from "@heliostat/kube";
import {
  ANNOTATION,
  CONDITION,
  HEAD_GROUP,
  headPod,
  isManagedByOperator,
  isSwitchedOn,
  podNames,
  RAY_CLUSTERS,
} from "@heliostat/ray";
import { planDeletion, planFinalizer } from "./plan/plan-deletion.ts";
import { planOwned } from "./plan/plan-owned.ts";
import { planUpgrade } from "./plan/plan-upgrade.ts";
import { planGroup, planOrphans } from "./plan/plan-workers.ts";
import { createPod, removePod, removePodOfMany, scheduled } from "./plan/pod-actions.ts";
import { byWorth, endedBecause, isAlive, isHead } from "./pod-state.ts";
import { obstaclesOf, problemsOf } from "./problems.ts";
import { isSuspending } from "./suspension.ts";
import { namesView } from "./view/name-floors.ts";
import type { RayClusterView } from "./view.ts";

/**
 * Decide what to do next for one RayCluster. Pure: the same view gives the same plan, down to the names of new pods,
 * so a plan carried out twice makes nothing twice.
 *
 * Guarantees: never a second head while one is alive or still ending; never more live workers of a group than wanted;
 * a pod that is wanted and can still work is never removed, but for an upgrade that the user asked for.
 */
export function planRayCluster(view: RayClusterView): Plan {
  const { cluster } = view;
  // A finalizer of ours is a promise, whoever looks after the cluster by now.
  if (isTerminating(cluster)) return planDeletion(view);
  if (!isManagedByOperator(cluster)) return { actions: [] };
  if (problemsOf(view).length > 0) return { actions: [], waitingFor: "a valid spec" };
  const promise = planFinalizer(view);
  if (promise.length > 0) return { actions: promise, waitingFor: `the finalizer of ${RAY_CLUSTERS.kind}` };
  if (isSuspending(view)) return { actions: [...planOwned(view), ...planSuspension(view)] };
  const upgrade = planUpgrade(view);
  if (upgrade.length > 0) return { actions: upgrade };
  return { actions: [...planOwned(view), ...planPods(view)] };
}

function planSuspension({ pods }: RayClusterView): readonly Action[] {
  return pods.filter(isAlive).map((pod) => removePodOfMany(pod, "the cluster is suspended"));
}

function planPods(view: RayClusterView): readonly Action[] {
  const { workerGroupSpecs = [] } = view.cluster.spec;
  const orphans = planOrphans(view, workerGroupSpecs);
  if (obstaclesOf(view).some(({ keepsPods }) => keepsPods)) return orphans;
  const head = planHead(view);
  if (head.length === 0 && isHeadLeftDown(view)) return orphans;
  return [...head, ...workerGroupSpecs.flatMap((group) => planGroup(view, group)), ...orphans];
}

function planHead(view: RayClusterView): readonly Action[] {
  const heads = view.pods.filter(isHead);
  const ended = heads.filter((head) => isAlive(head) && endedBecause(head));
  if (ended.length > 0)
    return ended.map((head) => removePod(head, `the head is replaced: ${endedBecause(head)}`));

  const alive = heads.filter(isAlive);
  if (alive.length > 1) {
    const [, ...surplus] = [...alive].sort(byWorth);
    return surplus.map((head) => removePod(head, "a cluster has one head"));
  }
  // One that is still ending holds the head's address and state: wait for it.
  if (heads.length > 0 || isHeadLeftDown(view)) return [];
  const [name = ""] = podNames({ ...namesView(view, HEAD_GROUP), count: 1 });
  const head = headPod(view.cluster, { name, settings: view.settings });
  return [createPod(scheduled(head, view), "the cluster has no head")];
}

/** The job that ran beside the head ended with it: a new head would be a cluster without its job (KubeRay rule). */
function isHeadLeftDown({ cluster, pods }: RayClusterView): boolean {
  return (
    isSwitchedOn(cluster, ANNOTATION.disableHeadRestart) &&
    isConditionTrue(cluster.status?.conditions, CONDITION.provisioned) &&
    !pods.some(isHead)
  );
}
