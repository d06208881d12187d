import type { Caches } from "@heliostat/controller";
import { isControlledBy, keyOf, PODS, type Pod, SERVICES, type Service } from "@heliostat/kube";
import { LABEL, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { BY_OWNER_UID, byLabel } from "@heliostat/watch-cache";

/** Everything that a decision about one RayCluster rests on, read at one moment. */
export interface RayClusterView {
  readonly cluster: RayCluster;
  /** The pods that carry the cluster's label and are controlled by it, whatever their state. */
  readonly pods: readonly Pod[];
  /** The services that the cluster controls. */
  readonly services: readonly Service[];
  readonly nowMs: number;
}

/** The view of the cluster under `key`; `undefined` once it is gone. */
export function viewRayCluster(key: string, caches: Caches, nowMs: number): RayClusterView | undefined {
  const cluster = caches.of(RAY_CLUSTERS).get(key);
  if (!cluster) return undefined;
  const { name, namespace = "" } = cluster.metadata;
  const labelled = caches.of(PODS).byIndex(byLabel(LABEL.cluster), keyOf({ namespace, name }));
  return {
    cluster,
    // A pod that merely borrows the label is none of ours: we neither count nor remove it.
    pods: labelled.filter((pod) => isControlledBy(pod, cluster)),
    services: caches.of(SERVICES).byIndex(BY_OWNER_UID, cluster.metadata.uid ?? ""),
    nowMs,
  };
}
