import { conditionOf, isConditionTrue } from "@heliostat/kube";
import { CONDITION, CONDITION_REASON, type RayClusterStatus } from "@heliostat/ray";

/**
 * How long a status may lag behind when nothing in it is urgent. A little more than a second, so that pods which become
 * ready one a second are told of in pairs.
 */
export const STATUS_LAG_MS = 1100;

/** Conditions that others act on: a change of one is told at once. */
const WATCHED = [
  CONDITION.provisioned,
  CONDITION.replicaFailure,
  CONDITION.suspending,
  CONDITION.suspended,
] as const;

/** Why a cluster is degraded when its user has to act. */
const FOR_THE_USER: ReadonlySet<string> = new Set([
  CONDITION_REASON.invalidMetadata,
  CONDITION_REASON.invalidSpec,
  CONDITION_REASON.quotaExceeded,
  CONDITION_REASON.refused,
  CONDITION_REASON.nameTaken,
  CONDITION_REASON.accountNotFound,
  CONDITION_REASON.claimNotFound,
]);

/**
 * Whether `next` must be written at once. Counters, addresses and sentences may lag, so that a cluster that comes up
 * pod after pod is not one write after another; what others wait for, and what the user has to know, may not.
 */
export function isUrgent(before: RayClusterStatus = {}, next: RayClusterStatus): boolean {
  return (
    (before.state ?? "") !== (next.state ?? "") ||
    WATCHED.some(
      (type) => isConditionTrue(before.conditions, type) !== isConditionTrue(next.conditions, type),
    ) ||
    userReason(before) !== userReason(next)
  );
}

function userReason({ conditions }: RayClusterStatus): string {
  const degraded = conditionOf(conditions, CONDITION.degraded);
  if (degraded?.status !== "True" || !FOR_THE_USER.has(degraded.reason)) return "";
  return `${degraded.reason} ${degraded.message}`;
}
