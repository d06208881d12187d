import { stripVTControlCharacters } from "node:util";
import { type Clock, sleep } from "@heliostat/kube";
import { isJobOver, isRayError, type JobDetails, type RayDashboard } from "@heliostat/ray";

import type { JobEvent } from "../output/up-event.ts";

export interface JobOptions {
  /** The program: its name and its text. */
  readonly script: { readonly name: string; readonly content: Uint8Array };
  readonly submissionId: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onLog: (text: string) => void;
}

/** How a job ended, and the exit code that stands for it. */
export interface JobOutcome {
  readonly event: JobEvent;
  readonly exitCode: number;
}

/** How long the dashboard may take to answer after the cluster has called itself ready. */
const DASHBOARD_PATIENCE_MS = 60_000;
const RETRY_EVERY_MS = 250;

/**
 * Run a Python program as a job on a Ray cluster and follow it to its end.
 *
 * @throws RayError when Ray cannot be reached or refuses the job
 */
export async function runJob(dashboard: RayDashboard, options: JobOptions): Promise<JobOutcome> {
  const { script, submissionId, signal } = options;
  await untilAnswers(dashboard, options);
  const workingDir = await dashboard.uploadWorkingDir({ [script.name]: script.content }, { signal });
  await dashboard.submitJob(
    { entrypoint: `python ${script.name}`, submissionId, runtimeEnv: { working_dir: workingDir } },
    { signal },
  );
  const told = followLog(dashboard, options);
  const job = await untilOver(dashboard, options);
  told.stop();
  const log = await dashboard.jobLogs(submissionId, { signal });
  if (log.length > told.length) options.onLog(log.slice(told.length));
  return outcomeOf(job, log);
}

/**
 * Pass the log on while the job runs. Whoever knows that the job is over reads the rest at once: Ray's own stream ends
 * seconds later. A stream that breaks is no loss for the same reason.
 */
function followLog(dashboard: RayDashboard, { submissionId, signal, onLog }: JobOptions): ToldLog {
  const end = new AbortController();
  const told = { length: 0, stop: () => end.abort() };
  void follow();
  return told;

  async function follow(): Promise<void> {
    try {
      const tail = dashboard.tailJobLogs(submissionId, { signal: AbortSignal.any([signal, end.signal]) });
      for await (const text of tail) {
        if (end.signal.aborted) return;
        told.length += text.length;
        onLog(text);
      }
    } catch (error) {
      if (!isRayError(error)) throw error;
    }
  }
}

interface ToldLog {
  /** Characters passed on so far. */
  readonly length: number;
  stop(): void;
}

/** The status, the last line printed as the result, and an exit code that is never 0 for a failure. */
export function outcomeOf(job: JobDetails, log: string): JobOutcome {
  const submissionId = job.submissionId === undefined ? {} : { submissionId: job.submissionId };
  const result = ownLines(log).at(-1) ?? "";
  if (job.status === "SUCCEEDED") {
    return { event: { event: "job", status: "SUCCEEDED", ...submissionId, result }, exitCode: 0 };
  }
  const message = [job.errorType, job.message?.split("\n", 1)[0]].filter((part) => part).join(": ");
  const event: JobEvent = { event: "job", status: job.status, ...submissionId, ...(message && { message }) };
  return { event, exitCode: job.driverExitCode || 1 };
}

/** What the program itself has printed: Ray mixes in what others say, as `(raylet) …` or `(autoscaler +1s) …`. */
function ownLines(log: string): readonly string[] {
  const lines = log.split("\n").map((line) => stripVTControlCharacters(line).trim());
  return lines.filter((line) => line !== "" && !/^\([^)]+\) /.test(line));
}

async function untilAnswers(dashboard: RayDashboard, { clock, signal }: JobOptions): Promise<void> {
  const deadlineMs = clock.now() + DASHBOARD_PATIENCE_MS;
  for (;;) {
    try {
      await dashboard.version({ signal });
      return;
    } catch (error) {
      if (!isRayError(error, "Unavailable", "NotFound") || clock.now() > deadlineMs) throw error;
    }
    await sleep(clock, RETRY_EVERY_MS, signal);
  }
}

async function untilOver(
  dashboard: RayDashboard,
  { submissionId, clock, signal }: JobOptions,
): Promise<JobDetails> {
  for (;;) {
    const job = await dashboard.job(submissionId, { signal });
    if (isJobOver(job.status)) return job;
    await sleep(clock, RETRY_EVERY_MS, signal);
  }
}
