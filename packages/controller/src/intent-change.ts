import { isEqualJson, type KubeObject } from "@heliostat/kube";
import type { Change } from "@heliostat/watch-cache";

/**
 * Whether a change is more than a status: something came, went, began to go, or has other generation, labels,
 * annotations or finalizers (KubeRay's predicate for RayCluster, and deletion). For `Reconciler.isRelevant`.
 */
export function isIntentChange({ before, after }: Change): boolean {
  return !before || !after || !isEqualJson(intentOf(before), intentOf(after));
}

function intentOf({ metadata }: KubeObject): object {
  const { uid, generation, labels, annotations, finalizers, deletionTimestamp } = metadata;
  return { uid, generation, labels, annotations, finalizers, deletionTimestamp };
}
