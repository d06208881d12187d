import type { Job, Pod } from "@heliostat/kube";
import { indexesOf, indexOf } from "./completion-index.ts";
import { judgedFailure } from "./failure-policy.ts";

/** How often pods of the same index had failed before this one was made (Kubernetes: annotation of its pods). */
export const INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";

export function hasLimitPerIndex({ spec }: Job): boolean {
  return spec?.backoffLimitPerIndex !== undefined;
}

/** What has become of the indexes of a job that limits failures index by index. */
export interface IndexFailures {
  /** How often each index has failed; those that never did are not there. */
  readonly counts: ReadonlyMap<number, number>;
  /** Those that are given up. */
  readonly failed: ReadonlySet<number>;
}

/** @param failedPods those of the job that have failed, whether they are counted or not */
export function indexFailures(job: Job, failedPods: readonly Pod[]): IndexFailures {
  const counts = new Map<number, number>();
  const failed = new Set(indexesOf(job.status?.failedIndexes));
  if (!hasLimitPerIndex(job)) return { counts, failed };
  for (const pod of failedPods) {
    const index = indexOf(pod, job);
    if (index === undefined) continue;
    const { action } = judgedFailure(pod, job);
    const count = failuresBefore(pod) + (action === "Ignore" ? 0 : 1);
    counts.set(index, Math.max(count, counts.get(index) ?? 0));
    if (action === "FailIndex" || count > (job.spec?.backoffLimitPerIndex ?? 0)) failed.add(index);
  }
  return { counts, failed };
}

function failuresBefore({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX_FAILURES] ?? 0);
}

/**
 * Whether a failed pod is still needed to know how often its index has failed: until another pod of the index says so,
 * or the index is over.
 */
export function isLastWitness(pod: Pod, job: Job, pods: readonly Pod[]): boolean {
  const index = hasLimitPerIndex(job) ? indexOf(pod, job) : undefined;
  if (index === undefined) return false;
  const { failedIndexes, completedIndexes } = job.status ?? {};
  if (indexesOf(failedIndexes).has(index) || indexesOf(completedIndexes).has(index)) return false;
  const others = pods.filter((each) => each !== pod && indexOf(each, job) === index);
  return !others.some((each) => failuresBefore(each) > failuresBefore(pod));
}
