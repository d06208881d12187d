import {
  carryOut,
  DONE,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
} from "@heliostat/controller";
import {
  conditionOf,
  isTerminating,
  JOBS,
  type Job,
  type JobStatus,
  PODS,
  randomSuffix,
} from "@heliostat/kube";
import { claimable } from "../pods/claims.ts";
import { isForeign, planJob } from "./plan.ts";
import { jobStatus } from "./status.ts";
import { planTracking } from "./tracking.ts";
import { podsOf, viewJob } from "./view.ts";

/** Runs the pods of each Job until enough of them have succeeded, or too many have failed. */
export function jobReconciler(): Reconciler<Job> {
  return { name: "job-controller", resource: JOBS, watches: [claimable(PODS, JOBS)], reconcile };
}

/**
 * The status goes first: the start of a job is known before its pods, what has ended is noted before the pods that it
 * was are let go, and a verdict stands before they are deleted.
 */
async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { caches, clock, random } = context;
  const surroundings = { nowMs: clock.now(), freshSuffix: () => randomSuffix(random) };
  const before = viewJob(key, caches, surroundings);
  if (!before || isForeign(before.job)) return DONE;
  await writeStatus(before.job, jobStatus(before), context);
  const view = viewJob(key, caches, surroundings);
  if (!view) return DONE;
  const plan = planJob(view);
  const tracking = { actions: planTracking(view.job, podsOf(view), plan.actions) };
  resultOf(tracking, await carryOut(tracking, view.job, context));
  const outcome = await carryOut(plan, view.job, context);
  const after = viewJob(key, caches, surroundings);
  if (after && !isTerminating(after.job)) await writeStatus(after.job, jobStatus(after), context);
  return resultOf(plan, outcome);
}

async function writeStatus(job: Job, status: JobStatus, { client, events }: ReconcileContext): Promise<void> {
  const isNew = await patchStatus(JOBS, job, { status, client });
  if (!isNew) return;
  for (const { type, status: told, reason, words } of TOLD) {
    const [before, now] = [job.status, status].map((each) => conditionOf(each?.conditions, type));
    if (now?.status !== told || before?.status === told) continue;
    const severity = type === "Failed" ? "Warning" : "Normal";
    const note = words ?? now.message ?? "";
    events.record(job, { type: severity, reason: reason ?? now.reason ?? type, action: "Update", note });
  }
}

/** The conditions that leave an event, in Kubernetes' words; the reason of a failure is that of its condition. */
const TOLD: readonly {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly words?: string;
}[] = [
  { type: "Complete", status: "True", reason: "Completed", words: "Job completed" },
  { type: "Failed", status: "True" },
  { type: "Suspended", status: "True", reason: "Suspended", words: "Job suspended" },
  { type: "Suspended", status: "False", reason: "Resumed", words: "Job resumed" },
];
