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
 * A Spark cluster of Domino's.
 *
 * @plural sparkclusters
 * @shortName spark
 * @scale .spec.worker.replicas | .status.workerReplicas | .status.workerSelector
 * @printColumn Workers | integer | .spec.worker.replicas
 * @printColumn Status | string | .status.clusterStatus
 * @printColumn Age | date | .metadata.creationTimestamp
 * @printColumn Image | string | .status.image
 * @printColumn Network Policy | boolean | .spec.networkPolicy.enabled | wide
 * @printColumn Pods | string | .status.nodes | wide
 */
export interface SparkCluster {
  readonly apiVersion: "distributed-compute.dominodatalab.com/v1alpha1";
  readonly kind: "SparkCluster";
  readonly metadata: ObjectMeta;
  readonly spec: SparkClusterSpec;
  readonly status?: ClusterStatus;
}

/** What the user wants of a Spark cluster. */
export interface SparkClusterSpec extends ClusterConfig {
  /**
   * What runs in every pod.
   *
   * @default { "repository": "bitnami/spark", "tag": "3.0.2-debian-10-r0" }
   */
  readonly image?: ImageConfig;
  /**
   * Who may reach the cluster.
   *
   * @default {}
   */
  readonly networkPolicy?: SparkNetworkPolicy;
  /** Let the number of workers follow their load. */
  readonly autoscaling?: AutoscalingConfig;
  /** The master. */
  readonly master?: SparkMasterConfig;
  /**
   * The workers.
   *
   * @default {}
   */
  readonly worker?: SparkWorkerConfig;
  /** Memory that a worker offers: the variable SPARK_WORKER_MEMORY. */
  readonly workerMemoryLimit?: string;
  /**
   * Where the driver is.
   *
   * @default {}
   */
  readonly driver?: SparkDriverConfig;
  /** Pods whose proxies keep idle connections. */
  readonly envoyFilterLabels?: Readonly<Record<string, string>>;
  /** @default 7077 */
  readonly clusterPort?: Int32;
  /** @default 8080 */
  readonly masterWebPort?: Int32;
  /** @default 8081 */
  readonly workerWebPort?: Int32;
}

/** The master. */
export interface SparkMasterConfig extends WorkloadConfig {
  /** Lines of spark-defaults.conf. */
  readonly defaultConfiguration?: Readonly<Record<string, string>>;
}

/** The workers. */
export interface SparkWorkerConfig extends WorkerConfig {
  /** Lines of spark-defaults.conf. */
  readonly defaultConfiguration?: Readonly<Record<string, string>>;
  /** Where the field stood in former versions. */
  readonly workerMemoryLimit?: string;
}

/** The driver, which is not part of the cluster. */
export interface SparkDriverConfig {
  /** @default 4041 */
  readonly port?: Int32;
  /** @default 4040 */
  readonly uiPort?: Int32;
  /** @default 4042 */
  readonly blockManagerPort?: Int32;
  /** How its pod is found. */
  readonly selector?: Readonly<Record<string, string>>;
}

/** Who may reach a Spark cluster. */
export interface SparkNetworkPolicy extends NetworkPolicyConfig {
  /**
   * Pods that may connect.
   *
   * @default { "spark-client": "true" }
   */
  readonly clientLabels?: Readonly<Record<string, string>>;
  /**
   * Pods that may see the dashboard.
   *
   * @default { "spark-client": "true" }
   */
  readonly dashboardLabels?: Readonly<Record<string, string>>;
}
