import { type Action, create, type Plan, remove } from "@heliostat/controller";
import { conditionOf, epochMsOf, isTerminating, JOBS, type Job, PODS, type Pod } from "@heliostat/kube";
import { planClaims } from "../pods/claims.ts";
import { inDeletionOrder } from "../replica-sets/deletion-rank.ts";
import { indexOf, isIndexed } from "./completion-index.ts";
import { isFinished } from "./finished-job.ts";
import { hasLimitPerIndex } from "./index-failures.ts";
import { type JobPart, jobPod } from "./job-pod.ts";
import { endedAtMs, type Tally, tallyOf } from "./tally.ts";
import { hasFailed } from "./tracking.ts";
import { deadlineOf, verdictOf } from "./verdict.ts";
import { type JobView, podsOf } from "./view.ts";

/** Somebody else's job (Kubernetes: `managedBy`). */
export function isForeign({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== "kubernetes.io/job-controller";
}

/** Run as many pods as the job wants now, none when it is suspended or over; and delete it when its time has come. */
export function planJob(view: JobView): Plan {
  const { job, nowMs } = view;
  if (isTerminating(job) || isForeign(job)) return { actions: [] };
  if (isFinished(job)) return planAfterlife(job, nowMs);
  const pods = podsOf(view);
  const tally = tallyOf(job, pods);
  const claims = planClaims(job, view.candidates, PODS).actions;
  const isOver = verdictOf(job, tally, { pods, nowMs }) !== undefined;
  if (isOver || job.spec?.suspend) {
    const why = isOver ? "job is over" : "job is suspended";
    return { actions: [...claims, ...tally.active.map((pod) => deletePod(pod, why))] };
  }
  const { actions, waitMs } = planPods(view, tally);
  const waits = [waitMs, msUntil(deadlineOf(job), nowMs)].filter((wait) => wait !== undefined);
  return {
    actions: [...claims, ...actions],
    ...(waits.length > 0 && { checkAgainAfterMs: Math.min(...waits) }),
  };
}

/** A finished job with a time to live goes when that is over, and its pods before it. */
function planAfterlife(job: Job, nowMs: number): Plan {
  const { ttlSecondsAfterFinished } = job.spec ?? {};
  if (ttlSecondsAfterFinished === undefined) return { actions: [] };
  const leftMs = finishedAtMs(job) + ttlSecondsAfterFinished * 1000 - nowMs;
  if (leftMs > 0) return { actions: [], checkAgainAfterMs: leftMs };
  const why = `it finished more than ${ttlSecondsAfterFinished} s ago`;
  return { actions: [remove(JOBS, job, { why, options: { propagationPolicy: "Foreground" } })] };
}

function finishedAtMs({ status }: Job): number {
  const conditions = ["Complete", "Failed"].map((type) => conditionOf(status?.conditions, type));
  const ended = conditions.find((condition) => condition?.status === "True");
  return epochMsOf(ended?.lastTransitionTime ?? "") ?? 0;
}

interface PodSteps {
  readonly actions: readonly Action[];
  /** How long the next pod has to wait because earlier ones failed. */
  readonly waitMs?: number;
}

function planPods(view: JobView, tally: Tally): PodSteps {
  const { job, nowMs } = view;
  const strays = isIndexed(job) ? tally.active.filter((pod) => indexOf(pod, job) === undefined) : [];
  if (strays.length > 0)
    return { actions: strays.map((pod) => deletePod(pod, "job no longer has its index")) };
  const missing = wantedPods(job, tally) - tally.active.length - heldPlaces(job, tally);
  if (missing < 0) {
    const surplus = inDeletionOrder(tally.active).slice(0, -missing);
    return { actions: surplus.map((pod) => deletePod(pod, "job wants fewer pods")) };
  }
  if (missing === 0) return { actions: [] };
  if (hasLimitPerIndex(job)) return planParts(view, tally, missing);
  const waitMs = tally.lastFailureMs + backoffOf(tally.failuresInARow) - nowMs;
  if (waitMs > 0) return { actions: [], waitMs };
  const indexes = isIndexed(job) ? freeIndexes(job, tally).slice(0, missing) : undefined;
  if (indexes) return { actions: indexes.map((index) => createPod(view, { index, failures: 0 })) };
  return { actions: Array.from({ length: missing }, () => createPod(view)) };
}

/** Where each index has a limit of its own, each waits for its own failures. */
function planParts(view: JobView, tally: Tally, missing: number): PodSteps {
  const { nowMs, job } = view;
  const parts = freeIndexes(job, tally).map((index) => {
    const failures = tally.indexFailures.counts.get(index) ?? 0;
    const waitMs = failures === 0 ? 0 : lastFailureOf(index, view) + backoffOf(failures) - nowMs;
    return { index, failures, waitMs };
  });
  const due = parts.filter(({ waitMs }) => waitMs <= 0).slice(0, missing);
  const waits = parts.map(({ waitMs }) => waitMs).filter((waitMs) => waitMs > 0);
  return {
    actions: due.map((part) => createPod(view, part)),
    ...(waits.length > 0 && due.length < missing && { waitMs: Math.min(...waits) }),
  };
}

function lastFailureOf(index: number, view: JobView): number {
  const failed = podsOf(view).filter((pod) => indexOf(pod, view.job) === index && hasFailed(pod, view.job));
  return Math.max(0, ...failed.map(endedAtMs));
}

/** A job without a number of completions begins no more pods once one has succeeded. */
function wantedPods({ spec }: Job, { succeeded, active, indexFailures }: Tally): number {
  const { parallelism = 1, completions } = spec ?? {};
  if (completions !== undefined)
    return Math.max(0, Math.min(parallelism, completions - succeeded - indexFailures.failed.size));
  return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism;
}

/** Pods that are on their way out keep their place when replacements are to come for failed pods only. */
function heldPlaces({ spec }: Job, { terminating }: Tally): number {
  return spec?.podReplacementPolicy === "Failed" ? terminating.length : 0;
}

function freeIndexes(job: Job, { active, doneIndexes, indexFailures }: Tally): readonly number[] {
  const taken = new Set(active.map((pod) => indexOf(pod, job)));
  return Array.from({ length: job.spec?.completions ?? 0 }, (_, index) => index).filter(
    (index) => !taken.has(index) && !doneIndexes.has(index) && !indexFailures.failed.has(index),
  );
}

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

/** Ten seconds after the first failure, then twice as long each time (Kubernetes' job controller). */
function backoffOf(failuresInARow: number): number {
  if (failuresInARow === 0) return 0;
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failuresInARow - 1));
}

function msUntil(atMs: number | undefined, nowMs: number): number | undefined {
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

function createPod(view: JobView, part?: JobPart): Action {
  return create(PODS, jobPod(view.job, view.freshSuffix(), part), {
    why: part === undefined ? "job wants another pod" : `index ${part.index} is not done`,
    event: { action: "Create", onSuccess: "SuccessfulCreate", onFailure: "FailedCreate" },
  });
}

function deletePod(pod: Pod, why: string): Action {
  const event = { action: "Delete", onSuccess: "SuccessfulDelete", onFailure: "FailedDelete" };
  return remove(PODS, pod, { why, event });
}
