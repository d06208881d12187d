import { isConditionTrue, isTerminating, type Pod } from "@heliostat/kube";
import { LABEL, NODE_TYPE } from "@heliostat/ray";

/** Whether the pod is the cluster's head. */
export function isHead(pod: Pod): boolean {
  return pod.metadata.labels?.[LABEL.nodeType] === NODE_TYPE.head;
}

/** Whether the pod is a worker. */
export function isWorker(pod: Pod): boolean {
  return pod.metadata.labels?.[LABEL.nodeType] === NODE_TYPE.worker;
}

/** The worker group of a pod; empty when it has none. */
export function groupOf(pod: Pod): string {
  return pod.metadata.labels?.[LABEL.group] ?? "";
}

/** Whether nobody has asked for the pod's deletion. */
export function isAlive(pod: Pod): boolean {
  return !isTerminating(pod);
}

/** Whether the pod's phase is Running. */
export function isRunning(pod: Pod): boolean {
  return pod.status?.phase === "Running";
}

/** Whether the pod runs and its condition Ready is true. */
export function isReady(pod: Pod): boolean {
  return isRunning(pod) && isConditionTrue(pod.status?.conditions, "Ready");
}

/**
 * Why a pod will never do its work again and has to be replaced; `undefined` while there is hope. Pods that crash in a
 * loop, are not ready or wait for a node are left alone (KubeRay rule).
 */
export function endedBecause(pod: Pod): string | undefined {
  const { phase, reason, containerStatuses } = pod.status ?? {};
  if (phase === "Failed" || phase === "Succeeded")
    return `its phase is ${phase}${reason ? ` (${reason})` : ""}`;
  const exit = containerStatuses?.[0]?.state?.terminated;
  if (phase === "Running" && exit && pod.spec?.restartPolicy === "Never") {
    return `its Ray container ended with exit code ${exit.exitCode} and restartPolicy is Never`;
  }
  return undefined;
}

/** Oldest first; of one age by name, so that the order never depends on chance. */
export function byAge(a: Pod, b: Pod): number {
  const ages = (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? "");
  return ages || a.metadata.name.localeCompare(b.metadata.name);
}

/** The pod to keep first: a ready one before one that is not, then the oldest. */
export function byWorth(a: Pod, b: Pod): number {
  return Number(isReady(b)) - Number(isReady(a)) || byAge(a, b);
}
