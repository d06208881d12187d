import type { ObjectMeta } from "@heliostat/kube";
import type { Int32, Int64 } from "../scalars.ts";
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
 * A Ray cluster of Domino's.
 *
 * @plural rayclusters
 * @shortName ray
 * @scale .spec.worker.replicas | .status.workerReplicas | .status.workerSelector
 * @printColumn Workers | integer | .spec.worker.replicas
 * @printColumn Status | string | .status.clusterStatus
 * @printColumn Age | date | .metadata.creationTimestamp
 * @printColumn Image | string | .status.image
 * @printColumn Network Policy | boolean | .spec.networkPolicy.enabled | wide
 * @printColumn Pods | string | .status.nodes | wide
 */
export interface RayCluster {
  readonly apiVersion: "distributed-compute.dominodatalab.com/v1alpha1";
  readonly kind: "RayCluster";
  readonly metadata: ObjectMeta;
  readonly spec: RayClusterSpec;
  readonly status?: ClusterStatus;
}

/** What the user wants of a Ray cluster. */
export interface RayClusterSpec extends ClusterConfig {
  /**
   * What runs in every pod.
   *
   * @default { "repository": "rayproject/ray", "tag": "1.6.0-cpu" }
   */
  readonly image?: ImageConfig;
  /**
   * Who may reach the cluster.
   *
   * @default {}
   */
  readonly networkPolicy?: RayNetworkPolicy;
  /** Let the number of workers follow their load. */
  readonly autoscaling?: AutoscalingConfig;
  /** The head. */
  readonly head?: WorkloadConfig;
  /**
   * The workers.
   *
   * @default {}
   */
  readonly worker?: WorkerConfig;
  /**
   * The head's main port.
   *
   * @default 6379
   */
  readonly port?: Int32;
  /**
   * Ports of further shards.
   *
   * @default [6380, 6381]
   */
  readonly redisShardPorts?: readonly Int32[];
  /**
   * Where clients connect.
   *
   * @default 10001
   */
  readonly clientServerPort?: Int32;
  /** @default 2384 */
  readonly objectManagerPort?: Int32;
  /** @default 2385 */
  readonly nodeManagerPort?: Int32;
  /** @default 2386 */
  readonly gcsServerPort?: Int32;
  /** Ports of worker processes. */
  readonly workerPorts?: readonly Int32[];
  /** @default 8265 */
  readonly dashboardPort?: Int32;
  /**
   * Whether the head serves a dashboard.
   *
   * @default true
   */
  readonly enableDashboard?: boolean;
  /**
   * Memory of each object store.
   *
   * @minimum 78643200
   */
  readonly objectStoreMemoryBytes?: Int64;
}

/** Who may reach a Ray cluster. */
export interface RayNetworkPolicy extends NetworkPolicyConfig {
  /**
   * Pods that may connect.
   *
   * @default { "ray-client": "true" }
   */
  readonly clientLabels?: Readonly<Record<string, string>>;
  /**
   * Pods that may see the dashboard.
   *
   * @default { "ray-client": "true" }
   */
  readonly dashboardLabels?: Readonly<Record<string, string>>;
}
