import { isConditionTrue, type Job } from "@heliostat/kube";

/** Whether nothing will ever happen to the job again. */
export function isFinished({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, "Complete") || isConditionTrue(status?.conditions, "Failed");
}
