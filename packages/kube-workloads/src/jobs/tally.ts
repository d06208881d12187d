import { epochMsOf, isTerminating, type Job, type Pod } from "@heliostat/kube";
import { isActive, isReady, restartsOf } from "../pods/pod-state.ts";
import { indexesOf, indexOf, isIndexed } from "./completion-index.ts";
import { judgedFailure } from "./failure-policy.ts";

/** What has become of a job's pods. */
export interface Tally {
  readonly active: readonly Pod[];
  /** Asked to go, and not gone yet. */
  readonly terminating: readonly Pod[];
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The failures that count towards the limit. */
  readonly countedFailures: number;
  readonly doneIndexes: ReadonlySet<number>;
  /** Failures after the last success, and when the latest was: they make the next pod wait. */
  readonly failuresInARow: number;
  readonly lastFailureMs: number;
  /** How often containers of pods that still run were started again. */
  readonly restarts: number;
}

/**
 * Count. What the status has counted already stays counted, when the pod that it was has been deleted meanwhile; a
 * pod that is deleted before it ends counts as failed in no case.
 */
export function tallyOf(job: Job, pods: readonly Pod[]): Tally {
  const { status = {} } = job;
  const succeeded = pods.filter((pod) => pod.status?.phase === "Succeeded");
  const failed = pods.filter((pod) => pod.status?.phase === "Failed");
  const active = pods.filter(isActive);
  const judged = failed.filter((pod) => judgedFailure(pod, job).action !== "Ignore");
  const doneIndexes = new Set([
    ...(isIndexed(job) ? indexesOf(status.completedIndexes) : []),
    ...succeeded.flatMap((pod) => indexOf(pod, job) ?? []),
  ]);
  const lastSuccessMs = Math.max(0, ...succeeded.map(endedAtMs));
  const recent = failed.map(endedAtMs).filter((atMs) => atMs >= lastSuccessMs);
  const forgotten = Math.max(0, (status.failed ?? 0) - failed.length);
  return {
    active,
    terminating: pods.filter(
      (pod) => isTerminating(pod) && !succeeded.includes(pod) && !failed.includes(pod),
    ),
    ready: active.filter(isReady).length,
    succeeded: isIndexed(job) ? doneIndexes.size : Math.max(succeeded.length, status.succeeded ?? 0),
    failed: failed.length + forgotten,
    countedFailures: judged.length + forgotten,
    doneIndexes,
    failuresInARow: recent.length,
    lastFailureMs: Math.max(0, ...recent),
    restarts: active.reduce((total, pod) => total + restartsOf(pod), 0),
  };
}

/** When the last container of a pod ended. */
function endedAtMs({ metadata, status }: Pod): number {
  const times = (status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt ?? "");
  const latest = Math.max(0, ...times.map((time) => epochMsOf(time) ?? 0));
  return latest || (epochMsOf(metadata.creationTimestamp ?? "") ?? 0);
}
