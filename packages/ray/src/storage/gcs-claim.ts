import type { PersistentVolumeClaim } from "@heliostat/kube";
import { gcsClaimName } from "../names/cluster-names.ts";
import { faultToleranceBackend } from "../raycluster/fault-tolerance.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { LABEL } from "../vocabulary/labels.ts";

/** Whether a claim has to be made: the cluster keeps its state in RocksDB and names no claim of the user's. */
export function needsGcsClaim(cluster: RayCluster): boolean {
  const { storage } = cluster.spec.gcsFaultToleranceOptions ?? {};
  return faultToleranceBackend(cluster) === "rocksdb" && !storage?.claimName;
}

/**
 * The claim on the volume where RocksDB keeps the control store's state, as KubeRay makes it. One that shall outlive
 * the cluster has no owner; a later cluster of the same name finds it and goes on from its state.
 */
export function gcsClaim(cluster: RayCluster): PersistentVolumeClaim {
  const { storage = {} } = cluster.spec.gcsFaultToleranceOptions ?? {};
  const { size = "1Gi", accessModes = [], storageClassName, deletionPolicy } = storage;
  const { ownerReferences, ...metadata } = ownedMetadata(cluster, gcsClaimName(cluster), {
    [LABEL.cluster]: cluster.metadata.name,
  });
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...metadata, ...(deletionPolicy !== "Retain" && ownerReferences && { ownerReferences }) },
    spec: {
      accessModes: accessModes.length > 0 ? accessModes : ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}
