/** Finalizers, in KubeRay's words: an operator that takes over living objects must be able to remove them. */
export const FINALIZER = {
  /** On a RayCluster whose state in Redis has to be deleted with it. */
  redisCleanup: "ray.io/gcs-ft-redis-cleanup-finalizer",
} as const;
