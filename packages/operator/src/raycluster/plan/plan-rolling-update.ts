import type { Action } from "@heliostat/controller";
import { resolvedCount } from "@heliostat/kube";
import { ANNOTATION, desiredReplicas, groupSpecHash, type WorkerGroupSpec } from "@heliostat/ray";
import type { RayClusterView } from "../view.ts";
import { removePod } from "./pod-actions.ts";
import { isWholeReady, type Replica, surplusOf } from "./replicas.ts";

/**
 * The next replicas of a group that make room for some of a newer spec. The group is whole when this is asked; what is
 * removed now is made anew from the spec as it is, and only when that is ready does the next one go.
 *
 * Never more replicas are missing than `maxUnavailable` says (1 by default); one that is not ready costs nothing.
 */
export function planRollingUpdate(
  view: RayClusterView,
  group: WorkerGroupSpec,
  replicas: readonly Replica[],
): readonly Action[] {
  const { upgradeStrategy } = view.cluster.spec;
  if (upgradeStrategy?.type !== "RollingUpdate") return [];
  const hash = groupSpecHash(view.cluster, group);
  const outdated = replicas.filter((replica) => isOutdated(replica, hash));
  if (outdated.length === 0) return [];
  const { maxUnavailable = 1 } = upgradeStrategy.rollingUpdate ?? {};
  const allowed = Math.max(1, resolvedCount(maxUnavailable, desiredReplicas(group), "down"));
  const unready = outdated.filter((replica) => !isWholeReady(replica));
  const missing = replicas.filter((replica) => !isWholeReady(replica)).length;
  const ready = outdated.filter(isWholeReady);
  const kept = ready.length - Math.max(0, allowed - missing);
  const next = [...unready, ...surplusOf(ready, kept, view)];
  const why = `group ${group.groupName} has changed, and upgradeStrategy is RollingUpdate`;
  return next.flatMap(({ pods }) => pods.map((pod) => removePod(pod, why)));
}

/** A pod without a hash was made before anybody asked for rolling updates: nobody knows what from. */
function isOutdated({ pods }: Replica, hash: string): boolean {
  return pods.some(({ metadata }) => {
    const made = metadata.annotations?.[ANNOTATION.groupHash];
    return made !== undefined && made !== hash;
  });
}
