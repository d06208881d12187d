import { type Action, type DeleteAction, patch } from "@heliostat/controller";
import { isTerminating, type Job, PODS, type Pod } from "@heliostat/kube";
import { hasEnded } from "../pods/pod-state.ts";
import { indexesOf, indexOf, isIndexed } from "./completion-index.ts";
import { judgedFailure } from "./failure-policy.ts";
import { isFinished } from "./verdict.ts";

/**
 * Holds a pod of a job back until it has been counted (Kubernetes convention): who deletes pods cannot make a job forget
 * what they were.
 */
export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** Pods that have come to an end, and of which the status of their job does not know yet. */
export interface Uncounted {
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
}

/** @param isLost whether the job has failed, and whatever still runs with it */
export function uncountedPods(job: Job, pods: readonly Pod[], isLost = false): Uncounted {
  const known = knownUids(job);
  const fresh = pods.filter((pod) => isTracked(pod) && !known.has(uidOf(pod)));
  const succeeded = fresh.filter((pod) => hasSucceeded(pod) && isNews(pod, job));
  const failed = fresh.filter(
    (pod) => !hasSucceeded(pod) && (isLost || hasFailed(pod, job)) && counts(pod, job),
  );
  return { succeeded, failed };
}

function hasSucceeded({ status }: Pod): boolean {
  return status?.phase === "Succeeded";
}

/** A pod that is asked to go has failed, unless the job waits for what becomes of it (`podReplacementPolicy`). */
export function hasFailed(pod: Pod, { spec }: Job): boolean {
  if (pod.status?.phase === "Failed") return true;
  return spec?.podReplacementPolicy !== "Failed" && isTerminating(pod) && !hasSucceeded(pod);
}

/** Of an indexed job each index succeeds once, and that is all there is to count. */
function isNews(pod: Pod, job: Job): boolean {
  if (!isIndexed(job)) return true;
  const index = indexOf(pod, job);
  return index !== undefined && !indexesOf(job.status?.completedIndexes).has(index);
}

function counts(pod: Pod, job: Job): boolean {
  if (isIndexed(job) && indexOf(pod, job) === undefined) return false;
  return judgedFailure(pod, job).action !== "Ignore";
}

function knownUids({ status }: Job): ReadonlySet<string> {
  const { succeeded = [], failed = [] } = status?.uncountedTerminatedPods ?? {};
  return new Set([...succeeded, ...failed]);
}

export function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? "";
}

/**
 * Let go the pods that the status knows of, those of a job that is over, and those that the job itself sends away: what
 * it does not want it does not count. Pods that run are held, also those that came to the job from elsewhere.
 */
export function planTracking(
  job: Job,
  pods: readonly Pod[],
  deletions: readonly Action[],
): readonly Action[] {
  const sentAway = new Set(deletions.filter(isDeletion).map(({ uid }) => uid));
  const isOver = isFinished(job) || isTerminating(job);
  const awaited = uncountedPods(job, pods);
  const held = new Set([...awaited.succeeded, ...awaited.failed]);
  const isDone = (pod: Pod): boolean => hasSucceeded(pod) || hasFailed(pod, job);
  const released = pods.filter(
    (pod) => isTracked(pod) && (isOver || sentAway.has(uidOf(pod)) || (isDone(pod) && !held.has(pod))),
  );
  const untracked = pods.filter((pod) => !isTracked(pod) && !isTerminating(pod) && !hasEnded(pod));
  const taken = untracked.filter((pod) => !isOver && !sentAway.has(uidOf(pod)));
  return [...released.map((pod) => untrack(pod, "the job has counted it")), ...taken.map(track)];
}

function isDeletion(action: Action): action is DeleteAction {
  return action.do === "delete";
}

/** Take the finalizer from a pod. The uid in the patch insists on the very pod that was seen. */
export function untrack(pod: Pod, why: string): Action {
  const body = { metadata: { uid: uidOf(pod), "$deleteFromPrimitiveList/finalizers": [TRACKING_FINALIZER] } };
  return patch(PODS, pod, { patch: { type: "strategic", body }, why });
}

function track(pod: Pod): Action {
  const body = { metadata: { uid: uidOf(pod), finalizers: [TRACKING_FINALIZER] } };
  return patch(PODS, pod, { patch: { type: "strategic", body }, why: "the job is to count it" });
}
