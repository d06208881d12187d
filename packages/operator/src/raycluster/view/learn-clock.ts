import type { ReconcileContext } from "@heliostat/controller";
import { epochMsOf, isKubeError, isTerminating, SERVICE_ACCOUNTS } from "@heliostat/kube";
import type { RayCluster } from "@heliostat/ray";
import {
  cleanupLimitMs,
  type DeletionMemory,
  deletionAgeMs,
  hasCleanupFinalizer,
} from "./cleanup-deadline.ts";

/**
 * Before a cluster is let go because its time is over, ask the API what time it is: something that is not to be stored
 * is dated like anything else. Where that is refused, our own clock has to do.
 *
 * @throws KubeError when the API does not answer at this moment
 */
export async function learnClock(
  cluster: RayCluster,
  remembered: DeletionMemory,
  context: Pick<ReconcileContext, "client" | "clock" | "signal">,
): Promise<void> {
  if (!isTerminating(cluster) || !hasCleanupFinalizer(cluster)) return;
  const nowMs = context.clock.now();
  remembered.deletionSeenAtMs ??= nowMs;
  const isSeenToBeOver = nowMs - remembered.deletionSeenAtMs >= cleanupLimitMs(cluster);
  const isSaidToBeOver = deletionAgeMs(cluster, remembered, nowMs) >= cleanupLimitMs(cluster);
  if (isSeenToBeOver || !isSaidToBeOver || remembered.clockAheadMs !== undefined) return;
  const apiNowMs = await timeOfApi(cluster, context);
  remembered.clockAheadMs = apiNowMs === undefined ? 0 : context.clock.now() - apiNowMs;
}

async function timeOfApi(
  { metadata: { name, namespace = "" } }: RayCluster,
  { client, signal }: Pick<ReconcileContext, "client" | "signal">,
): Promise<number | undefined> {
  const metadata = { namespace, name: `${name}-asks-the-time` };
  const object = { apiVersion: "v1", kind: "ServiceAccount", metadata } as const;
  try {
    const dated = await client.create(SERVICE_ACCOUNTS, object, { isDryRun: true, signal });
    return epochMsOf(dated.metadata.creationTimestamp ?? "");
  } catch (error) {
    if (isKubeError(error, "TooManyRequests", "Timeout", "Unavailable", "Internal")) throw error;
    return undefined;
  }
}
