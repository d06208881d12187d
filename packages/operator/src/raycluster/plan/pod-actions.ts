import { type Action, create, remove } from "@heliostat/controller";
import { PODS, type Pod } from "@heliostat/kube";
import { decoratedPod, EVENT_ACTION, EVENT_REASON } from "@heliostat/ray";
import { groupOf, isHead } from "../pod-state.ts";
import type { RayClusterView } from "../view.ts";
import { STEP } from "./plan-steps.ts";

/** The pod with what a batch scheduler has to find on it, where there is one. */
export function scheduled(pod: Pod, { cluster, scheduler }: RayClusterView): Pod {
  return scheduler ? decoratedPod(pod, scheduler.podDecoration(cluster, groupOf(pod))) : pod;
}

/** Make a pod. */
export function createPod(pod: Pod, why: string): Action {
  const [onSuccess, onFailure] = isHead(pod)
    ? [EVENT_REASON.createdHeadPod, EVENT_REASON.failedToCreateHeadPod]
    : [EVENT_REASON.createdWorkerPod, EVENT_REASON.failedToCreateWorkerPod];
  const event = { onSuccess, onFailure, action: EVENT_ACTION.create };
  return create(PODS, pod, { why, step: isHead(pod) ? STEP.head : STEP.workers, event });
}

/**
 * Ask a pod to end, with the time that its own spec grants: Ray lets a node finish its work when it is told to stop, so
 * this is the drain as well.
 */
export function removePod(pod: Pod, why: string): Action {
  const [onSuccess, onFailure] = isHead(pod)
    ? [EVENT_REASON.deletedHeadPod, EVENT_REASON.failedToDeleteHeadPod]
    : [EVENT_REASON.deletedWorkerPod, EVENT_REASON.failedToDeleteWorkerPod];
  return remove(PODS, pod, { why, event: { onSuccess, onFailure, action: EVENT_ACTION.delete } });
}

/** The same for pods that go all together, whatever their part: one event for them all. */
export function removePodOfMany(pod: Pod, why: string): Action {
  const { deletedPod: onSuccess, failedToDeletePods: onFailure } = EVENT_REASON;
  return remove(PODS, pod, { why, event: { onSuccess, onFailure, action: EVENT_ACTION.delete } });
}
