import { conditionOf, epochMsOf, type Job, type Pod } from "@heliostat/kube";
import { judgedFailure } from "./failure-policy.ts";
import { metSuccessRule } from "./success-policy.ts";
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
    indexFailure(job, tally) ??
    deadlineFailure(job, nowMs) ??
    success(job, tally)
  );
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

/** Where each index has a limit of its own the others go on, up to a number of lost ones. */
function indexFailure({ spec }: Job, { indexFailures: { failed }, doneIndexes }: Tally): Verdict | undefined {
  const { completions = 0, maxFailedIndexes = Number.POSITIVE_INFINITY } = spec ?? {};
  if (failed.size > maxFailedIndexes) {
    const message = "Job has exceeded the specified maximal number of failed indexes";
    return { outcome: "failed", reason: "MaxFailedIndexesExceeded", message };
  }
  if (failed.size === 0 || failed.size + doneIndexes.size < completions) return undefined;
  return { outcome: "failed", reason: "FailedIndexes", message: "Job has failed indexes" };
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
function success(job: Job, { succeeded, active, doneIndexes }: Tally): Verdict | undefined {
  const { spec } = job;
  const { completions } = spec ?? {};
  const rule = metSuccessRule(job, doneIndexes);
  if (rule !== undefined && !spec?.suspend)
    return { outcome: "succeeded", reason: "SuccessPolicy", message: `Matched rules at index ${rule}` };
  const isDone = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (!isDone || spec?.suspend) return undefined;
  const message = "Reached expected number of succeeded pods";
  return { outcome: "succeeded", reason: "CompletionsReached", message };
}
