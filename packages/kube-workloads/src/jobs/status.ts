import { conditionOf, type Job, type JobCondition, type JobStatus, timestamp } from "@heliostat/kube";
import { type Counted, countedEnds, isSettled } from "./counted.ts";
import { type Tally, tallyOf } from "./tally.ts";
import { uncountedPods } from "./tracking.ts";
import { isFinished, type Verdict, verdictOf } from "./verdict.ts";
import { type JobView, podsOf } from "./view.ts";

/** How a job stands. */
export function jobStatus(view: JobView): JobStatus {
  const { job, nowMs } = view;
  if (isFinished(job)) return job.status ?? {};
  const pods = podsOf(view);
  const tally = tallyOf(job, pods);
  const verdict = verdictOf(job, tally, { pods, nowMs });
  const fresh = uncountedPods(job, pods, verdict?.outcome === "failed");
  const counted = countedEnds(job, pods, fresh);
  const isQuiet = tally.active.length === 0 && tally.terminating.length === 0 && isSettled(counted);
  const isOver = verdict !== undefined && isQuiet;
  const conditions = conditionsOf(job, { verdict, isOver, nowMs });
  const startTime = startTimeOf(job, nowMs);
  return {
    ...countsOf(tally),
    ...counted,
    ...(startTime !== undefined && { startTime }),
    ...(isOver && verdict.outcome === "succeeded" && { completionTime: timestamp(nowMs) }),
    ...(conditions.length > 0 && { conditions }),
  };
}

function countsOf({ active, terminating, ready }: Tally): Omit<JobStatus, keyof Counted> {
  return {
    ...(active.length > 0 && { active: active.length }),
    ready,
    terminating: terminating.length,
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
