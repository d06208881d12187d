import type { Outcome } from "@heliostat/controller";
import { type Condition, conditionOf, isConditionTrue, type Pod } from "@heliostat/kube";
import { CONDITION, CONDITION_REASON, desiredWorkers, EVENT_REASON } from "@heliostat/ray";
import { isAlive, isHead, isReady } from "../pod-state.ts";
import { isSuspending } from "../suspension.ts";
import type { RayClusterView } from "../view.ts";
import { isComplete, workersReadiness } from "./completeness.ts";
import type { Why } from "./why.ts";

/** The condition's reason for each event of a failure. */
const REASON_OF_FAILURE: Readonly<Record<string, string>> = {
  [EVENT_REASON.failedToCreateHeadPod]: CONDITION_REASON.failedCreateHeadPod,
  [EVENT_REASON.failedToDeleteHeadPod]: CONDITION_REASON.failedDeleteHeadPod,
  [EVENT_REASON.failedToCreateWorkerPod]: CONDITION_REASON.failedCreateWorkerPod,
  [EVENT_REASON.failedToDeleteWorkerPod]: CONDITION_REASON.failedDeleteWorkerPod,
  [EVENT_REASON.failedToDeletePods]: CONDITION_REASON.failedDeleteAllPods,
};

/** Whether the head works; when it does not, in the words of its pod (KubeRay rule). */
export function headPodReady(view: RayClusterView): Condition {
  const head = view.pods.find((pod) => isHead(pod) && isAlive(pod)) ?? view.pods.find(isHead);
  if (!head) return condition(CONDITION.headPodReady, false, { reason: CONDITION_REASON.headPodNotFound });
  const ready = conditionOf(head.status?.conditions, "Ready");
  if (ready?.status === "True") {
    return condition(CONDITION.headPodReady, true, { reason: CONDITION_REASON.headPodReady });
  }
  return condition(
    CONDITION.headPodReady,
    false,
    containerTrouble(head) ?? schedulingTrouble(head) ?? ready ?? {},
  );
}

/** Whether all pods have been ready together once. Only a suspension takes it back (KubeRay rule). */
export function provisioned(view: RayClusterView): Condition {
  const { cluster, pods } = view;
  const isSuspended = isSuspending(view);
  const wasProvisioned = isConditionTrue(cluster.status?.conditions, CONDITION.provisioned);
  const wanted = 1 + desiredWorkers(cluster).desired;
  return (wasProvisioned && !(isSuspended && pods.length === 0)) || (isComplete(view) && !isSuspended)
    ? condition(CONDITION.provisioned, true, {
        reason: CONDITION_REASON.allPodsReadyFirstTime,
        message: "All Ray Pods are ready for the first time",
      })
    : condition(CONDITION.provisioned, false, {
        reason: CONDITION_REASON.podsProvisioning,
        message: provisioningMessage(pods, wanted),
      });
}

/** The two conditions of a suspension: under way, and done. */
export function suspension(view: RayClusterView): readonly Condition[] {
  const isWanted = isSuspending(view);
  const isDone = view.pods.length === 0;
  return [
    condition(CONDITION.suspended, isWanted && isDone, { reason: CONDITION_REASON.suspended }),
    condition(CONDITION.suspending, isWanted && !isDone, { reason: CONDITION_REASON.suspending }),
  ];
}

/** Whether every wanted worker is ready at this moment: unlike `state` it takes itself back. */
export function workersReady(view: RayClusterView): Condition {
  const { ready, wanted } = workersReadiness(view);
  const { allWorkersReady, workersNotReady } = CONDITION_REASON;
  return condition(CONDITION.workersReady, ready === wanted, {
    reason: ready === wanted ? allWorkersReady : workersNotReady,
    message: `${ready} of ${wanted} workers are ready`,
  });
}

/** The two conditions that say what the cluster waits for: on its way, and stuck. Never both. */
export function progress(why: Why | undefined): readonly Condition[] {
  const isResting = !why || why.reason === CONDITION_REASON.suspended;
  const told = { reason: why?.reason ?? CONDITION_REASON.asWanted, message: why?.sentence ?? "" };
  const calm = { reason: CONDITION_REASON.asWanted };
  const isStuck = why?.isStuck === true;
  return [
    condition(CONDITION.progressing, !isResting && !isStuck, told),
    condition(CONDITION.degraded, isStuck, isStuck ? told : calm),
  ];
}

/** What kept us from making or removing a pod; absent when nothing did. */
export function replicaFailure({ failed }: Outcome): Condition | undefined {
  const reason = REASON_OF_FAILURE[failed?.action.event?.onFailure ?? ""];
  if (!failed || !reason) return undefined;
  return condition(CONDITION.replicaFailure, true, { reason, message: failed.error.message });
}

/** The first container that waits or has ended says more than "containers are not ready". */
function containerTrouble(pod: Pod): Words | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const { state } of [...containerStatuses, ...initContainerStatuses]) {
    const trouble = state?.waiting ?? state?.terminated;
    if (trouble?.reason) return { reason: trouble.reason, message: trouble.message };
  }
  return undefined;
}

function schedulingTrouble(pod: Pod): Words | undefined {
  const scheduled = conditionOf(pod.status?.conditions, "PodScheduled");
  return scheduled?.status === "False" ? scheduled : undefined;
}

function provisioningMessage(pods: readonly Pod[], wanted: number): string {
  return `${pods.filter(isReady).length} of ${wanted} pods are ready`;
}

interface Words {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

function condition(type: string, isTrue: boolean, { reason, message }: Words): Condition {
  return {
    type,
    status: isTrue ? "True" : "False",
    reason: reason || CONDITION_REASON.unknown,
    message: message ?? "",
  };
}
