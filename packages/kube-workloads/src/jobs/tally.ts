import { epochMsOf, isTerminating, type Job, type Pod } from "@heliostat/kube";
import { isActive, isReady, restartsOf } from "../pods/pod-state.ts";
import { isIndexed } from "./completion-index.ts";
import { doneIndexes } from "./counted.ts";
import { uncountedPods } from "./tracking.ts";

/** What has become of a job's pods. */
export interface Tally {
  readonly active: readonly Pod[];
  /** Asked to go, and not gone yet. */
  readonly terminating: readonly Pod[];
  readonly ready: number;
  readonly succeeded: number;
  /** Those that count towards the limit. */
  readonly failed: number;
  readonly doneIndexes: ReadonlySet<number>;
  /** Failures after the last success, and when the latest was: they make the next pod wait. */
  readonly failuresInARow: number;
  readonly lastFailureMs: number;
  /** How often containers of pods that still run were started again. */
  readonly restarts: number;
}

/** Count: what the status has counted already, what it has noted, and what it does not know yet. */
export function tallyOf(job: Job, pods: readonly Pod[]): Tally {
  const { status = {} } = job;
  const noted = status.uncountedTerminatedPods ?? {};
  const fresh = uncountedPods(job, pods);
  const succeeded = pods.filter((pod) => pod.status?.phase === "Succeeded");
  const failed = pods.filter((pod) => pod.status?.phase === "Failed");
  const active = pods.filter(isActive);
  const indexes = isIndexed(job) ? doneIndexes(job, fresh) : new Set<number>();
  const lastSuccessMs = Math.max(0, ...succeeded.map(endedAtMs));
  const recent = failed.map(endedAtMs).filter((atMs) => atMs >= lastSuccessMs);
  const successes = (status.succeeded ?? 0) + (noted.succeeded?.length ?? 0) + fresh.succeeded.length;
  return {
    active,
    terminating: pods.filter(
      (pod) => isTerminating(pod) && !succeeded.includes(pod) && !failed.includes(pod),
    ),
    ready: active.filter(isReady).length,
    succeeded: isIndexed(job) ? indexes.size : successes,
    failed: (status.failed ?? 0) + (noted.failed?.length ?? 0) + fresh.failed.length,
    doneIndexes: indexes,
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
