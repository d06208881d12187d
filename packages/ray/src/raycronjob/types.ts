import type { ObjectMeta } from "@heliostat/kube";
import type { RayJobSpec } from "../rayjob/types.ts";
import type { Timestamp } from "../scalars.ts";

/**
 * A RayJob on a schedule.
 *
 * @plural raycronjobs
 * @printColumn schedule | string | .spec.schedule
 * @printColumn timezone | string | .spec.timeZone
 * @printColumn last schedule | date | .status.lastScheduleTime
 * @printColumn age | date | .metadata.creationTimestamp
 * @printColumn suspend | boolean | .spec.suspend
 */
export interface RayCronJob {
  readonly apiVersion: "ray.io/v1";
  readonly kind: "RayCronJob";
  readonly metadata: ObjectMeta;
  readonly spec: RayCronJobSpec;
  readonly status?: RayCronJobStatus;
}

/** What to run, and when. */
export interface RayCronJobSpec {
  /** The spec of the RayJobs to make. */
  readonly jobTemplate: RayJobSpec;
  /** When to make them, in cron's five fields: `0 3 * * *`. */
  readonly schedule: string;
  /**
   * The time zone of the schedule, such as `Europe/Berlin`. The operator's own, if left out.
   *
   * @minLength 1
   */
  readonly timeZone?: string;
  /** Make no further RayJobs. Those that run go on. */
  readonly suspend?: boolean;
}

/** What has been made. */
export interface RayCronJobStatus {
  /** When the last RayJob was made. */
  readonly lastScheduleTime?: Timestamp;
}
