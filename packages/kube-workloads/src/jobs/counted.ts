import type { Job, JobStatus, Pod } from "@heliostat/kube";
import { indexesOf, indexOf, indexText, isIndexed } from "./completion-index.ts";
import { isTracked, type Uncounted, uidOf } from "./tracking.ts";

/** Those parts of a job's status that count what has ended. */
export type Counted = Pick<
  JobStatus,
  "succeeded" | "failed" | "completedIndexes" | "uncountedTerminatedPods"
>;

/**
 * What has ended, counted once whatever happens in between (Kubernetes: job tracking with finalizers). A pod that has
 * ended is first noted by its uid, then loses its finalizer, and only then the note becomes part of a number.
 */
export function countedEnds(job: Job, pods: readonly Pod[], fresh: Uncounted): Counted {
  const { status = {} } = job;
  const noted = status.uncountedTerminatedPods ?? {};
  const held = new Set(pods.filter(isTracked).map(uidOf));
  const succeeded = sorted(noted.succeeded, held);
  const failed = sorted(noted.failed, held);
  const failedTotal = (status.failed ?? 0) + failed.settled.length;
  const uncounted = {
    ...list("succeeded", [...succeeded.open, ...(isIndexed(job) ? [] : fresh.succeeded.map(uidOf))]),
    ...list("failed", [...failed.open, ...fresh.failed.map(uidOf)]),
  };
  return {
    ...successes(job, fresh, succeeded.settled.length),
    ...(failedTotal > 0 && { failed: failedTotal }),
    uncountedTerminatedPods: uncounted,
  };
}

/** Indexes need no notes: one that is done is done. */
function successes(job: Job, fresh: Uncounted, settled: number): Counted {
  if (isIndexed(job)) {
    const indexes = doneIndexes(job, fresh);
    return indexes.size === 0 ? {} : { succeeded: indexes.size, completedIndexes: indexText(indexes) };
  }
  const total = (job.status?.succeeded ?? 0) + settled;
  return total > 0 ? { succeeded: total } : {};
}

export function doneIndexes(job: Job, { succeeded }: Uncounted): ReadonlySet<number> {
  return new Set([
    ...indexesOf(job.status?.completedIndexes),
    ...succeeded.flatMap((pod) => indexOf(pod, job) ?? []),
  ]);
}

/** Of pods that are still held back the notes stay; of the others they have done their duty. */
function sorted(
  noted: readonly string[] = [],
  held: ReadonlySet<string>,
): { readonly open: readonly string[]; readonly settled: readonly string[] } {
  return { open: noted.filter((uid) => held.has(uid)), settled: noted.filter((uid) => !held.has(uid)) };
}

function list(
  name: "succeeded" | "failed",
  uids: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return uids.length === 0 ? {} : { [name]: uids };
}

/** Whether every end that is noted is part of a number. */
export function isSettled({ uncountedTerminatedPods = {} }: Counted): boolean {
  const { succeeded = [], failed = [] } = uncountedTerminatedPods;
  return succeeded.length + failed.length === 0;
}
