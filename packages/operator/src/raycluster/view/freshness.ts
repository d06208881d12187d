import type { ReconcileContext } from "@heliostat/controller";
import { isControlledBy, isKubeError, type KubeObject, nameOf, PODS } from "@heliostat/kube";
import { LABEL, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import type { RayClusterView } from "../view.ts";

/** How long to wait for caches that are behind. */
export const STALE_MS = 250;

/**
 * Whether the view is the present, asked of the API itself.
 *
 * After a start the caches may come from a replica of the API that lags, or one of them from one and another from the
 * next. Acting on that makes pods under names that are spent and removes pods that were spared. So before a process acts
 * on a cluster for the first time it compares: one get, and one list of the cluster's pods if anything was done for it
 * before. From then on it sees its own writes, and nobody else makes pods for the cluster.
 */
export async function isPresent(
  { cluster, pods }: RayClusterView,
  { client, signal }: ReconcileContext,
): Promise<boolean> {
  const live = await liveCluster(cluster, { client, signal });
  if (!live || versionOf(live) !== versionOf(cluster)) return false;
  // Nobody has told of anything yet: what an earlier process made has the very names that this one would give.
  if (live.status === undefined) return true;
  const { namespace = "", name } = cluster.metadata;
  const labelSelector = `${LABEL.cluster}=${name}`;
  const { items } = await client.list(PODS, { namespace, labelSelector, signal });
  const present = items.filter((pod) => isControlledBy(pod, cluster)).map(versionOf);
  const seen = new Set(pods.map(versionOf));
  return present.length === seen.size && present.every((pod) => seen.has(pod));
}

async function liveCluster(
  cluster: RayCluster,
  { client, signal }: Pick<ReconcileContext, "client" | "signal">,
): Promise<RayCluster | undefined> {
  try {
    return await client.get(RAY_CLUSTERS, nameOf(cluster), { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** A cache that has a pod as it is now has seen all that happened to the others before. */
function versionOf({ metadata }: KubeObject): string {
  return `${metadata.uid}/${metadata.resourceVersion}`;
}
