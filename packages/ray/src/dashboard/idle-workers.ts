import type { CallOptions } from "@heliostat/kube";
import type { RayCluster } from "../raycluster/types.ts";

/**
 * The port to what Ray knows of idle workers (the `idle_duration_ms` that raylets report to the control store). The
 * operator asks when a group without an autoscaler shrinks and so somebody has to go.
 */
export interface IdleWorkers {
  /** For how many seconds workers have had nothing to do, by name of their pod. Whoever is busy is not listed. @throws RayError */
  idleSeconds(cluster: RayCluster, options?: CallOptions): Promise<ReadonlyMap<string, number>>;
}
