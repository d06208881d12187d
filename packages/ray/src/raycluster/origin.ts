import { LABEL } from "../vocabulary/labels.ts";
import type { RayCluster } from "./types.ts";

/** Who asked for a cluster: a user directly, or a RayJob or RayService that made it. */
export type ClusterOrigin = "RayCluster" | "RayJob" | "RayService";

/** The kind that a cluster comes from, by its label (KubeRay rule: an unknown or missing label means a user). */
export function clusterOrigin({ metadata }: RayCluster): ClusterOrigin {
  const kind = metadata.labels?.[LABEL.originatedFromKind];
  return kind === "RayJob" || kind === "RayService" ? kind : "RayCluster";
}
