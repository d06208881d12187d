import { conditionOf, type Job, type JobCondition, type JobStatus, timestamp } from "@heliostat/kube";
import { indexText, isIndexed } from "./completion-index.ts";
import { type Tally, tallyOf } from "./tally.ts";
import { isFinished, type Verdict, verdictOf } from "./verdict.ts";
import { type JobView, podsOf } from "./view.ts";

/** How a job stands. */
export function jobStatus(view: JobView): JobStatus {
  const { job, nowMs } = view;
  if (isFinished(job)) return job.status ?? {};
  const pods = podsOf(view);
  const tally = tallyOf(job, pods);
  const verdict = verdictOf(job, tally, { pods, nowMs });
  const isOver = verdict !== undefined && tally.active.length === 0 && tally.terminating.length === 0;
  const conditions = conditionsOf(job, { verdict, isOver, nowMs });
  const startTime = startTimeOf(job, nowMs);
  return {
    ...countsOf(job, tally),
    ...(startTime !== undefined && { startTime }),
    ...(isOver && verdict.outcome === "succeeded" && { completionTime: timestamp(nowMs) }),
    ...(conditions.length > 0 && { conditions }),
  };
}

function countsOf(job: Job, tally: Tally): JobStatus {
  const { active, terminating, succeeded, failed, ready, doneIndexes } = tally;
  return {
    ...(active.length > 0 && { active: active.length }),
    ready,
    terminating: terminating.length,
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    ...(isIndexed(job) && doneIndexes.size > 0 && { completedIndexes: indexText(doneIndexes) }),
  };
}

/** The clock of a job stands still while it is suspended, and begins anew after that. */
function startTimeOf({ spec, status }: Job, nowMs: number): string | undefined {
  return spec?.suspend ? undefined : (status?.startTime ?? timestamp(nowMs));
}

interface Ending {
  readonly verdict: Verdict | undefined;
  /** Whether the last pod has gone as well. */
  readonly isOver: boolean;
  readonly nowMs: number;
}

/** The verdict stands at once, the end when the last pod has gone: whoever replaces the job may rely on that. */
function conditionsOf(job: Job, { verdict, isOver, nowMs }: Ending): readonly JobCondition[] {
  const before = job.status?.conditions ?? [];
  const suspended = withSuspension(before, job.spec?.suspend ?? false, nowMs);
  if (!verdict) return suspended;
  const isSuccess = verdict.outcome === "succeeded";
  const judged = stated(suspended, isSuccess ? "SuccessCriteriaMet" : "FailureTarget", { ...verdict, nowMs });
  return isOver ? stated(judged, isSuccess ? "Complete" : "Failed", { ...verdict, nowMs }) : judged;
}

function withSuspension(
  conditions: readonly JobCondition[],
  isSuspended: boolean,
  nowMs: number,
): readonly JobCondition[] {
  const before = conditionOf(conditions, "Suspended");
  if (isSuspended === (before?.status === "True")) return conditions;
  const words = isSuspended
    ? { reason: "JobSuspended", message: "Job suspended" }
    : { reason: "JobResumed", message: "Job resumed" };
  const others = conditions.filter(({ type }) => type !== "Suspended");
  return [...others, condition("Suspended", isSuspended ? "True" : "False", { ...words, nowMs })];
}

interface Words {
  readonly reason: string;
  readonly message: string;
  readonly nowMs: number;
}

function stated(conditions: readonly JobCondition[], type: string, words: Words): readonly JobCondition[] {
  return conditionOf(conditions, type) ? conditions : [...conditions, condition(type, "True", words)];
}

function condition(type: string, status: "True" | "False", { reason, message, nowMs }: Words): JobCondition {
  const at = timestamp(nowMs);
  return { type, status, reason, message, lastProbeTime: at, lastTransitionTime: at };
}
