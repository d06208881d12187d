import type { ObjectMeta } from "@heliostat/kube";
import type { Int32 } from "../scalars.ts";
import type {
  AutoscalingConfig,
  ClusterConfig,
  ClusterStatus,
  ImageConfig,
  NetworkPolicyConfig,
  WorkerConfig,
  WorkloadConfig,
} from "./cluster-types.ts";

/**
 * A Dask cluster of Domino's.
 *
 * @plural daskclusters
 * @shortName dask
 * @scale .spec.worker.replicas | .status.workerReplicas | .status.workerSelector
 * @printColumn Workers | integer | .spec.worker.replicas
 * @printColumn Status | string | .status.clusterStatus
 * @printColumn Age | date | .metadata.creationTimestamp
 * @printColumn Image | string | .status.image
 * @printColumn Network Policy | boolean | .spec.networkPolicy.enabled | wide
 * @printColumn Pods | string | .status.nodes | wide
 */
export interface DaskCluster {
  readonly apiVersion: "distributed-compute.dominodatalab.com/v1alpha1";
  readonly kind: "DaskCluster";
  readonly metadata: ObjectMeta;
  readonly spec: DaskClusterSpec;
  readonly status?: ClusterStatus;
}

/** What the user wants of a Dask cluster. */
export interface DaskClusterSpec extends ClusterConfig {
  /**
   * What runs in every pod.
   *
   * @default { "repository": "daskdev/dask", "tag": "2021.7.2", "pullPolicy": "IfNotPresent" }
   */
  readonly image?: ImageConfig;
  /**
   * Who may reach the cluster.
   *
   * @default {}
   */
  readonly networkPolicy?: DaskNetworkPolicy;
  /** Let the number of workers follow their load. */
  readonly autoscaling?: AutoscalingConfig;
  /** The scheduler. */
  readonly scheduler?: WorkloadConfig;
  /**
   * The workers.
   *
   * @default {}
   */
  readonly worker?: WorkerConfig;
  /** @default 8786 */
  readonly schedulerPort?: Int32;
  /** @default 8787 */
  readonly dashboardPort?: Int32;
  /** @default 3000 */
  readonly workerPort?: Int32;
  /** @default 3001 */
  readonly nannyPort?: Int32;
}

/** Who may reach a Dask cluster. */
export interface DaskNetworkPolicy extends NetworkPolicyConfig {
  /**
   * Pods that may connect.
   *
   * @default { "dask-client": "true" }
   */
  readonly clientLabels?: Readonly<Record<string, string>>;
  /**
   * Pods that may see the dashboard.
   *
   * @default { "dask-client": "true" }
   */
  readonly dashboardLabels?: Readonly<Record<string, string>>;
}
