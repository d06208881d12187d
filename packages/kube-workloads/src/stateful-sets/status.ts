import { isTerminating, type StatefulSetStatus } from "@heliostat/kube";
import { isAvailable, isReady } from "../pods/pod-state.ts";
import { revisionOf } from "./plan.ts";
import { revisionsOf } from "./revisions.ts";
import { isWanted, podsOf, type StatefulSetView } from "./view.ts";

/** How a set stands. When an update has reached every pod, its revision becomes the current one. */
export function statefulSetStatus(view: StatefulSetView): StatefulSetStatus {
  const { set, nowMs } = view;
  const { minReadySeconds = 0, replicas: wanted = 1, updateStrategy } = set.spec ?? {};
  const { current, update } = revisionsOf(set, view.revisions);
  const all = podsOf(view).map(({ pod }) => pod);
  const alive = podsOf(view).filter(({ ordinal, pod }) => isWanted(set, ordinal) && !isTerminating(pod));
  const of = (name: string): number => alive.filter(({ pod }) => revisionOf(pod) === name).length;
  const readyReplicas = all.filter(isReady).length;
  const updatedReplicas = of(update.metadata.name);
  const isUpdated = updateStrategy?.type !== "OnDelete" && updatedReplicas === wanted;
  const isComplete = isUpdated && readyReplicas === wanted && all.length === wanted;
  const currentRevision = isComplete ? update.metadata.name : current.metadata.name;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: all.length,
    readyReplicas,
    availableReplicas: all.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length,
    currentReplicas: of(currentRevision),
    updatedReplicas,
    currentRevision,
    updateRevision: update.metadata.name,
    collisionCount: 0,
  };
}
