import type { Caches } from "@heliostat/controller";
import { JOBS, type Job, PODS, type Pod } from "@heliostat/kube";
import { candidatesFor, planClaims } from "../pods/claims.ts";

/** A Job and its pods. */
export interface JobView {
  readonly job: Job;
  /** Those that it controls, and those that nobody does. */
  readonly candidates: readonly Pod[];
  readonly nowMs: number;
  /** A text that no pod's name ended in so far. */
  freshSuffix(): string;
}

export function viewJob(
  key: string,
  caches: Caches,
  { nowMs, freshSuffix }: Pick<JobView, "nowMs" | "freshSuffix">,
): JobView | undefined {
  const job = caches.of(JOBS).get(key);
  if (!job) return undefined;
  return { job, candidates: candidatesFor(job, caches.of(PODS)), nowMs, freshSuffix };
}

/** The job's own pods. */
export function podsOf({ job, candidates }: JobView): readonly Pod[] {
  return planClaims(job, candidates, PODS).claimed;
}
