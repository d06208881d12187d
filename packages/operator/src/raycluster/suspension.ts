import { isConditionTrue } from "@heliostat/kube";
import { CONDITION } from "@heliostat/ray";
import { isAlive } from "./pod-state.ts";
import type { RayClusterView } from "./view.ts";

/**
 * Whether the cluster's pods are to end and stay away. A suspension that has begun is brought to its end even if it is
 * taken back meanwhile: half a cluster is of no use (KubeRay rule, on which Kueue relies).
 */
export function isSuspending({ cluster }: RayClusterView): boolean {
  return cluster.spec.suspend === true || hasToldSuspension(cluster);
}

/**
 * Whether pods are about to end for a suspension of which the status says nothing yet. It has to be told first: the
 * status is written only over the cluster as it was seen, so a suspension that has been taken back ends no pod, and one
 * that has begun is known to whoever leads next.
 */
export function isSuspensionUntold({ cluster, pods }: Pick<RayClusterView, "cluster" | "pods">): boolean {
  return cluster.spec.suspend === true && !hasToldSuspension(cluster) && pods.some(isAlive);
}

function hasToldSuspension({ status }: RayClusterView["cluster"]): boolean {
  return isConditionTrue(status?.conditions, CONDITION.suspending);
}
