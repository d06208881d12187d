import { type Outcome, patchStatus, type ReconcileContext } from "@heliostat/controller";
import { isEqualJson, timestamp } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayClusterStatus } from "@heliostat/ray";
import type { ClusterMemory } from "../memory.ts";
import { isAlive } from "../pod-state.ts";
import { statusOf } from "../status.ts";
import type { RayClusterView } from "../view.ts";
import { isUrgent, STATUS_LAG_MS } from "./status-urgency.ts";

/** What became of a plan, and what is remembered of its cluster. */
interface Settling {
  readonly outcome: Outcome;
  readonly remembered: ClusterMemory;
  readonly client: ReconcileContext["client"];
}

/**
 * Write the status if it is due, and say when it will be (by our clock) if it is not.
 *
 * @throws KubeError `Conflict` when the cluster has changed meanwhile: plan afresh
 */
export async function settleStatus(
  view: RayClusterView,
  { outcome, remembered, client }: Settling,
): Promise<number | undefined> {
  const { cluster, nowMs } = view;
  const status = statusOf(view, outcome);
  // The stamp alone is no news: a quiet cluster is written never.
  if (isEqualJson(status, cluster.status)) {
    delete remembered.statusDueMs;
    return undefined;
  }
  remembered.statusDueMs ??= nowMs + STATUS_LAG_MS;
  // After a failure nobody knows when the next look will be.
  const isEarly = nowMs < remembered.statusDueMs && !outcome.failed;
  const mayLag = !isUrgent(cluster.status, status) && !isSpendingNames(view, { status, outcome });
  if (isEarly && mayLag) return remembered.statusDueMs;
  await writeStatus(view, status, client);
  delete remembered.statusDueMs;
  return undefined;
}

/** Write the status with its stamp, over the cluster as it was seen. @throws KubeError `Conflict`, as above */
export async function writeStatus(
  { cluster, nowMs }: RayClusterView,
  status: RayClusterStatus,
  client: ReconcileContext["client"],
): Promise<void> {
  const stamped = { ...status, lastUpdateTime: timestamp(nowMs) };
  await patchStatus(RAY_CLUSTERS, cluster, { status: stamped, client });
}

/** Whether a pod leaves whose name would come back if we forgot it now. */
function isSpendingNames(
  { cluster, pods }: RayClusterView,
  { status, outcome }: { readonly status: RayClusterStatus; readonly outcome: Outcome },
): boolean {
  const isLeaving = outcome.done.some((action) => action.do === "delete") || !pods.every(isAlive);
  return isLeaving && !isEqualJson(status.podNameFloors ?? {}, cluster.status?.podNameFloors ?? {});
}
