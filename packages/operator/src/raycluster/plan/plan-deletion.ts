import { type Action, create, type Plan, patch } from "@heliostat/controller";
import { isConditionTrue, isControlledBy, JOBS, type Job, type KubeObject } from "@heliostat/kube";
import {
  EVENT_ACTION,
  EVENT_REASON,
  FINALIZER,
  needsRedisCleanup,
  RAY_CLUSTERS,
  type RayCluster,
  redisCleanupJob,
  redisCleanupJobName,
} from "@heliostat/ray";
import { isAlive, isHead } from "../pod-state.ts";
import { cleanupLimitMs, hasCleanupFinalizer } from "../view/cleanup-deadline.ts";
import type { RayClusterView } from "../view.ts";
import { planLabels } from "./plan-labels.ts";
import { removePodOfMany } from "./pod-actions.ts";

/**
 * What is left to do for a cluster whose deletion has been asked for. The finalizer alone decides, whatever the spec
 * says by now: pods end, then a job empties Redis, then the cluster is let go. It is let go too when the job fails, when
 * there is nothing to be emptied any more, and when the time for all this is over (KubeRay rule, deadline included).
 */
export function planDeletion(view: RayClusterView): Plan {
  const { cluster } = view;
  // What the cluster owns goes with it: the garbage collector sees to that.
  if (!hasCleanupFinalizer(cluster)) return { actions: [], waitingFor: "the cluster's own deletion" };
  const leftMs = cleanupLeftMs(view);
  if (leftMs <= 0) return { actions: [givingUp(cluster, "Redis was not emptied in time")] };
  if (!needsRedisCleanup(cluster)) {
    return { actions: [givingUp(cluster, "the spec no longer names the Redis to empty")] };
  }
  const job = jobOf(view);
  if (job && hasEnded(job)) return { actions: [lettingGo(cluster, "the job that empties Redis has ended")] };
  return { actions: cleanupActions(view, job), checkAgainAfterMs: leftMs };
}

/** Before anything is made that could leave state behind: a promise to empty Redis. */
export function planFinalizer({ cluster, settings }: RayClusterView): readonly Action[] {
  const isWanted = needsRedisCleanup(cluster) && (settings.emptiesRedis ?? true);
  if (!isWanted || hasCleanupFinalizer(cluster)) return [];
  const finalizers = [...(cluster.metadata.finalizers ?? []), FINALIZER.redisCleanup];
  return [setFinalizers(cluster, finalizers, "state in Redis has to be deleted with the cluster")];
}

/** How long a deletion may still wait for Redis. */
export function cleanupLeftMs({ cluster, deletingForMs }: RayClusterView): number {
  return cleanupLimitMs(cluster) - deletingForMs;
}

function cleanupActions(view: RayClusterView, job: Job | undefined): readonly Action[] {
  const { cluster, pods, settings } = view;
  const alive = pods.filter(isAlive);
  if (alive.length > 0) return alive.map((pod) => removePodOfMany(pod, "the cluster is being deleted"));
  // A head that still runs would write to Redis behind the job's back.
  if (pods.some(isHead)) return [];
  const wanted = redisCleanupJob(cluster, { settings });
  if (job) return planLabels(job, { resource: JOBS, wanted });
  return [
    create(JOBS, wanted, {
      why: "the cluster's state is still in Redis",
      mayExist: true,
      event: {
        onSuccess: EVENT_REASON.createdRedisCleanupJob,
        onFailure: EVENT_REASON.failedToCreateRedisCleanupJob,
        action: EVENT_ACTION.create,
      },
    }),
  ];
}

/** Its own: a job of an earlier cluster of that name has emptied Redis of that one's state, and says nothing of this. */
function jobOf({ cluster, others }: RayClusterView): Job | undefined {
  const name = redisCleanupJobName(cluster);
  return others.find(
    (object): object is Job =>
      isJob(object) && object.metadata.name === name && isControlledBy(object, cluster),
  );
}

function isJob(object: KubeObject): object is Job {
  return object.kind === JOBS.kind;
}

function hasEnded({ status }: Job): boolean {
  return ["Complete", "Failed", "FailureTarget"].some((type) => isConditionTrue(status?.conditions, type));
}

function lettingGo(cluster: RayCluster, why: string): Action {
  const finalizers = (cluster.metadata.finalizers ?? []).filter((name) => name !== FINALIZER.redisCleanup);
  return setFinalizers(cluster, finalizers, why);
}

/** The same with a warning: state may be left behind. */
function givingUp(cluster: RayCluster, why: string): Action {
  const onSuccess = EVENT_REASON.forceDeletedCluster;
  return { ...lettingGo(cluster, why), event: { onSuccess, isWarning: true, action: EVENT_ACTION.cleanup } };
}

function setFinalizers(cluster: RayCluster, finalizers: readonly string[], why: string): Action {
  const { uid = "", resourceVersion = "" } = cluster.metadata;
  // The list is replaced whole, so it has to be the one that was seen.
  const body = { metadata: { uid, resourceVersion, finalizers } };
  return patch(RAY_CLUSTERS, cluster, { why, patch: { type: "merge", body } });
}
