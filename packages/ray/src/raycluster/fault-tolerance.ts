import { ANNOTATION } from "../vocabulary/annotations.ts";
import { isSwitchedOn } from "./switches.ts";
import type { RayCluster } from "./types.ts";

/** Where the head's control store keeps its state beyond the life of the pod; `undefined` when it does not. */
export function faultToleranceBackend(cluster: RayCluster): "redis" | "rocksdb" | undefined {
  if (!isFaultTolerant(cluster)) return undefined;
  return cluster.spec.gcsFaultToleranceOptions?.backend ?? "redis";
}

/** By the options or, the older way, by annotation. */
function isFaultTolerant(cluster: RayCluster): boolean {
  const isByOptions = cluster.spec.gcsFaultToleranceOptions !== undefined;
  return isByOptions || isSwitchedOn(cluster, ANNOTATION.faultTolerance);
}
