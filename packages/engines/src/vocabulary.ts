/** Label keys that others write and we read. */
export const LABEL = {
  /** On a cluster: who started it (Domino). */
  owner: "dominodatalab.com/starting-user-id",
  /** On a role of a cluster: its hardware tier (Domino). */
  hardwareTier: "dominodatalab.com/hardware-tier-id",
  appName: "app.kubernetes.io/name",
  appInstance: "app.kubernetes.io/instance",
  appComponent: "app.kubernetes.io/component",
  rayCluster: "ray.io/cluster",
  rayNodeType: "ray.io/node-type",
  rayGroup: "ray.io/group",
  daskCluster: "dask.org/cluster-name",
  daskComponent: "dask.org/component",
  daskGroup: "dask.org/workergroup-name",
} as const;

/** In the node selector of a role: the pool that a hardware tier asks for (Domino). */
export const NODE_POOL = "dominodatalab.com/node-pool";

/** Annotation keys of ours. */
export const ANNOTATION = {
  /** On a pinned cluster: the ceiling that holds again when the pin goes. */
  ceiling: "heliostat.dev/ceiling",
} as const;
