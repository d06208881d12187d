import { conditionOf, epochMsOf, isConditionTrue, type Job, type Pod } from "@heliostat/kube";
import { judgedFailure } from "./failure-policy.ts";
import type { Tally } from "./tally.ts";

/** How a job ends, or has ended. */
export interface Verdict {
  readonly outcome: "succeeded" | "failed";
  readonly reason: string;
  readonly message: string;
}

/** Whether a job has come to its end, and what the end is; `undefined` while it goes on. */
export function verdictOf(
  job: Job,
  tally: Tally,
  { pods, nowMs }: { readonly pods: readonly Pod[]; readonly nowMs: number },
): Verdict | undefined {
  return (
    earlierVerdict(job) ??
    policyFailure(job, pods) ??
    limitFailure(job, tally) ??
    deadlineFailure(job, nowMs) ??
    success(job, tally)
  );
}

/** Whether nothing will ever happen to the job again. */
export function isFinished({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, "Complete") || isConditionTrue(status?.conditions, "Failed");
}

/** A verdict is final: what happens to pods after it changes nothing. */
function earlierVerdict({ status }: Job): Verdict | undefined {
  const types = { SuccessCriteriaMet: "succeeded", FailureTarget: "failed" } as const;
  for (const [type, outcome] of Object.entries(types)) {
    const condition = conditionOf(status?.conditions, type);
    const { reason = "", message = "" } = condition ?? {};
    if (condition?.status === "True") return { outcome, reason, message };
  }
  return undefined;
}

function policyFailure(job: Job, pods: readonly Pod[]): Verdict | undefined {
  if (!job.spec?.podFailurePolicy) return undefined;
  const failed = pods.filter(({ status }) => status?.phase === "Failed");
  const fatal = failed.map((pod) => judgedFailure(pod, job)).find(({ action }) => action === "FailJob");
  return fatal && { outcome: "failed", reason: "PodFailurePolicy", message: fatal.message };
}

/** Pods that start their containers again fail by restarts, the others as a whole. */
function limitFailure({ spec }: Job, { failed, restarts }: Tally): Verdict | undefined {
  const limit = spec?.backoffLimit ?? 6;
  const isPastRestarts = limit === 0 ? restarts > 0 : restarts >= limit;
  const restartsInPlace = spec?.template.spec?.restartPolicy === "OnFailure" && isPastRestarts;
  if (failed <= limit && !restartsInPlace) return undefined;
  const message = "Job has reached the specified backoff limit";
  return { outcome: "failed", reason: "BackoffLimitExceeded", message };
}

function deadlineFailure(job: Job, nowMs: number): Verdict | undefined {
  const deadlineMs = deadlineOf(job);
  if (deadlineMs === undefined || nowMs < deadlineMs) return undefined;
  const message = "Job was active longer than specified deadline";
  return { outcome: "failed", reason: "DeadlineExceeded", message };
}

/** When the job's time is up; `undefined` when it has no limit or does not run. */
export function deadlineOf({ spec, status }: Job): number | undefined {
  const { activeDeadlineSeconds, suspend = false } = spec ?? {};
  if (activeDeadlineSeconds === undefined || suspend || status?.startTime === undefined) return undefined;
  return (epochMsOf(status.startTime) ?? 0) + activeDeadlineSeconds * 1000;
}

/** Without a number of completions, one success and the end of all pods is enough. */
function success({ spec }: Job, { succeeded, active }: Tally): Verdict | undefined {
  const { completions } = spec ?? {};
  const isDone = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (!isDone || spec?.suspend) return undefined;
  const message = "Reached expected number of succeeded pods";
  return { outcome: "succeeded", reason: "CompletionsReached", message };
}
