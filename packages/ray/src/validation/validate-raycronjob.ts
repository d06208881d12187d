import { MAX_CRON_JOB_NAME_LENGTH } from "../names/cluster-names.ts";
import { parseCronSchedule } from "../raycronjob/cron-schedule.ts";
import type { RayCronJob } from "../raycronjob/types.ts";
import { problemsAmong } from "./rule.ts";
import { problemsBelow, type SpecProblem } from "./spec-error.ts";
import { type RayJobValidation, validateRayJobSpec } from "./validate-rayjob.ts";

/** What is wrong with a schedule of jobs, all at once, in KubeRay's order; nothing when jobs may be made by it. */
export function validateRayCronJob(
  { metadata, spec }: RayCronJob,
  validation: RayJobValidation,
): readonly SpecProblem[] {
  const { schedule, timeZone, jobTemplate } = spec;
  const job = { apiVersion: "ray.io/v1", kind: "RayJob", metadata: { name: "" }, spec: jobTemplate } as const;
  const { length } = metadata.name;
  return [
    ...problemsAmong([
      [
        length > MAX_CRON_JOB_NAME_LENGTH,
        "metadata.name",
        `must have at most ${MAX_CRON_JOB_NAME_LENGTH} characters, but has ${length}`,
      ],
    ]),
    ...scheduleProblems(schedule),
    ...problemsAmong([
      [
        timeZone !== undefined && !isTimeZone(timeZone),
        "spec.timeZone",
        `must be the name of a time zone, such as "Europe/Berlin", but is "${timeZone}"`,
      ],
    ]),
    ...problemsBelow("spec.jobTemplate", validateRayJobSpec(job, validation)),
  ];
}

function scheduleProblems(schedule: string): readonly SpecProblem[] {
  const field = "spec.schedule";
  if (schedule.includes("TZ")) {
    return [{ field, message: 'must not name a time zone; use "spec.timeZone"' }];
  }
  try {
    parseCronSchedule(schedule);
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ field, message: error.message }];
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
