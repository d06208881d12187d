import type { Role } from "@heliostat/engines";
import { timestamp } from "@heliostat/kube";
import type { Cluster } from "../clusters/directory.ts";
import { isSince } from "./head-status.ts";
import type { Ground } from "./operation.ts";

/**
 * Whether all pods of a role have been replaced since a moment, and are all there: the oldest of them tells.
 * What a roll of workers ends with.
 */
export function roleStatusBody(
  { directory }: Ground,
  cluster: Cluster,
  { role, sinceMs }: { readonly role: Role; readonly sinceMs: number },
): Readonly<Record<string, unknown>> {
  const pods = directory.podsOf(cluster, role).filter((pod) => !pod.isTerminating);
  const [oldest] = pods;
  const desired = role === "head" ? 1 : desiredWorkers(cluster);
  const ready = pods.filter(({ isReady }) => isReady).length;
  const isRestarted = oldest === undefined ? desired === 0 : isSince(oldest, sinceMs);
  const areCountsOk = ready === pods.length && pods.length === desired;
  return {
    ok: isRestarted && areCountsOk,
    status: statusOf(isRestarted, areCountsOk, pods.length),
    restarted: isRestarted,
    node_type: role,
    statefulset: cluster.driver.setName(cluster.object, role),
    namespace: directory.namespace,
    desired_replicas: desired,
    running_pods: pods.length,
    ready_pods: ready,
    ready_equals_running: ready === pods.length,
    oldestCreationTimestamp: oldest?.createdAt ?? null,
    started_at: timestamp(sinceMs),
    evaluated_with: "statefulset_pods",
  };
}

function statusOf(isRestarted: boolean, areCountsOk: boolean, pods: number): string {
  if (isRestarted) return areCountsOk ? "restarted_and_ready_counts_ok" : "restarted_but_counts_differ";
  return pods === 0 ? "pods_not_found" : "not_restarted";
}

function desiredWorkers({ cache, driver, object }: Cluster): number {
  const { groups } = driver.scaleView(object, cache.relatedTo(object));
  return groups.reduce((sum, { replicas }) => sum + replicas, 0);
}
