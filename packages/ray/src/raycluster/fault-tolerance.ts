import { ANNOTATION } from "../vocabulary/annotations.ts";
import { isSwitchedOn } from "./switches.ts";
import type { RayCluster } from "./types.ts";

/** Whether the head's control store keeps its state outside of the pod: by the options or, the older way, by annotation. */
export function isFaultTolerant(cluster: RayCluster): boolean {
  const isByOptions = cluster.spec.gcsFaultToleranceOptions !== undefined;
  return isByOptions || isSwitchedOn(cluster, ANNOTATION.faultTolerance);
}

/** Where that state is kept; `undefined` when it is kept nowhere. */
export function faultToleranceBackend(cluster: RayCluster): "redis" | "rocksdb" | undefined {
  if (!isFaultTolerant(cluster)) return undefined;
  return cluster.spec.gcsFaultToleranceOptions?.backend ?? "redis";
}
