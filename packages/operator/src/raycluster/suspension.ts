import { isConditionTrue } from "@heliostat/kube";
import { CONDITION } from "@heliostat/ray";
import type { RayClusterView } from "./view.ts";

/**
 * Whether the cluster's pods are to end and stay away. A suspension that has begun is brought to its end even if it is
 * taken back meanwhile: half a cluster is of no use (KubeRay rule, on which Kueue relies).
 */
export function isSuspending({ cluster }: RayClusterView): boolean {
  return cluster.spec.suspend === true || isConditionTrue(cluster.status?.conditions, CONDITION.suspending);
}
