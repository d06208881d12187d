import { conditionOf, epochMsOf, isConditionTrue, isTerminating, type Pod } from "@heliostat/kube";

/** Whether the pod's containers have all ended for good. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Whether the pod runs, or is still to run (Kubernetes: `IsPodActive`). */
export function isActive(pod: Pod): boolean {
  return !hasEnded(pod) && !isTerminating(pod);
}

/** Whether the pod serves. */
export function isReady({ status }: Pod): boolean {
  return isConditionTrue(status?.conditions, "Ready");
}

/** Since when the pod has been ready; `undefined` when it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  if (!isReady(pod)) return undefined;
  const { lastTransitionTime = "" } = conditionOf(pod.status?.conditions, "Ready") ?? {};
  return epochMsOf(lastTransitionTime) ?? 0;
}

/** From when on the pod counts as available, which may lie ahead; `undefined` while it is not ready. */
function availableFromMs(pod: Pod, minReadySeconds: number): number | undefined {
  const sinceMs = readySinceMs(pod);
  return sinceMs === undefined ? undefined : sinceMs + minReadySeconds * 1000;
}

/** How long the pods are still to be waited for that are ready, but not long enough; `undefined` when none is. */
export function nextAvailableInMs(
  pods: readonly Pod[],
  { minReadySeconds, nowMs }: { readonly minReadySeconds: number; readonly nowMs: number },
): number | undefined {
  const waits = pods
    .map((pod) => (availableFromMs(pod, minReadySeconds) ?? 0) - nowMs)
    .filter((waitMs) => waitMs > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** Whether the pod has been ready for this long. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const fromMs = availableFromMs(pod, minReadySeconds);
  return fromMs !== undefined && fromMs <= nowMs;
}

/** How often the pod's containers have been started again, taken together. */
export function restartsOf({ status }: Pod): number {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.reduce((total, { restartCount }) => total + restartCount, 0);
}
