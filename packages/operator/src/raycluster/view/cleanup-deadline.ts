import { epochMsOf } from "@heliostat/kube";
import { FINALIZER, type RayCluster, redisCleanupTimeoutSeconds } from "@heliostat/ray";

/** What a process has learnt of the time for which a deletion has been going on. */
export interface DeletionMemory {
  /** When it saw first, by its own clock, that the cluster is to go. */
  deletionSeenAtMs?: number;
  /** How much its clock is ahead of the API's; behind where it is negative. */
  clockAheadMs?: number;
}

/** Whether the cluster is not to go before its state in Redis has. */
export function hasCleanupFinalizer({ metadata }: RayCluster): boolean {
  return metadata.finalizers?.includes(FINALIZER.redisCleanup) ?? false;
}

/** How long a deletion may wait for Redis. */
export function cleanupLimitMs(cluster: RayCluster): number {
  return redisCleanupTimeoutSeconds(cluster) * 1000;
}

/** When a deletion stops waiting for Redis, by the API's clock. */
export function cleanupDeadlineMs(cluster: RayCluster): number {
  return (epochMsOf(cluster.metadata.deletionTimestamp ?? "") ?? 0) + cleanupLimitMs(cluster);
}

/**
 * For how long a cluster has been meant to go. The API dates the deletion by its own clock, and ours may be minutes off.
 * What we have seen pass ourselves is certain. What our clock says beyond that is good enough to plan the next look, and
 * is set right before anything is decided on it (see `learnClock`).
 */
export function deletionAgeMs(
  { metadata }: RayCluster,
  { deletionSeenAtMs, clockAheadMs = 0 }: DeletionMemory,
  nowMs: number,
): number {
  const sinceMs = epochMsOf(metadata.deletionTimestamp ?? "");
  if (sinceMs === undefined) return 0;
  return Math.max(nowMs - clockAheadMs - sinceMs, nowMs - (deletionSeenAtMs ?? nowMs));
}
