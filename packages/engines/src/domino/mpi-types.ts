import type { ObjectMeta } from "@heliostat/kube";
import type { Int32, Int64 } from "../scalars.ts";
import type {
  ClusterConfig,
  ClusterStatus,
  ImageConfig,
  NetworkPolicyConfig,
  WorkerConfig,
} from "./cluster-types.ts";

/**
 * An MPI cluster of Domino's.
 *
 * @plural mpiclusters
 * @shortName mpi
 * @scale .spec.worker.replicas | .status.workerReplicas | .status.workerSelector
 * @printColumn Workers | integer | .spec.worker.replicas
 * @printColumn Status | string | .status.clusterStatus
 * @printColumn Age | date | .metadata.creationTimestamp
 * @printColumn Image | string | .status.image
 * @printColumn Network Policy | boolean | .spec.networkPolicy.enabled | wide
 * @printColumn Pods | string | .status.nodes | wide
 */
export interface MPICluster {
  readonly apiVersion: "distributed-compute.dominodatalab.com/v1alpha1";
  readonly kind: "MPICluster";
  readonly metadata: ObjectMeta;
  readonly spec: MPIClusterSpec;
  readonly status?: ClusterStatus;
}

/** What the user wants of an MPI cluster. */
export interface MPIClusterSpec extends ClusterConfig {
  /**
   * What runs in every pod.
   *
   * @default { "repository": "horovod/horovod", "tag": "0.22.1", "pullPolicy": "IfNotPresent" }
   */
  readonly image?: ImageConfig;
  /**
   * Who may reach the cluster.
   *
   * @default {}
   */
  readonly networkPolicy?: MPINetworkPolicy;
  /** The workers. */
  readonly worker?: MPIWorkerConfig;
  /** Ports of worker processes. */
  readonly workerPorts?: readonly Int32[];
}

/** The workers. */
export interface MPIWorkerConfig extends WorkerConfig {
  /** The Secret with the key by which workers reach one another. */
  readonly sharedSSHSecret: string;
  readonly userName?: string;
  readonly userID?: Int64;
  readonly groupName?: string;
  readonly groupID?: Int64;
  readonly homeDir?: string;
}

/** Who may reach an MPI cluster. */
export interface MPINetworkPolicy extends NetworkPolicyConfig {
  /** Pods that may connect. */
  readonly clientLabels?: Readonly<Record<string, string>>;
  /** Pods that may see the dashboard. */
  readonly dashboardLabels?: Readonly<Record<string, string>>;
}
