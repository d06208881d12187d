import type { Condition, ObjectMeta } from "@heliostat/kube";
import type { ManagedSpec } from "../managed-spec.ts";
import type { RayClusterSpec, RayClusterStatus, ServiceTemplate } from "../raycluster/types.ts";
import type { Int32, Int64, Timestamp } from "../scalars.ts";

/**
 * Ray Serve applications on a cluster of their own, replaced without an interruption when the cluster changes.
 *
 * @plural rayservices
 * @printColumn service status | string | .status.serviceStatus
 * @printColumn num serve endpoints | string | .status.numServeEndpoints
 */
export interface RayService {
  readonly apiVersion: "ray.io/v1";
  readonly kind: "RayService";
  readonly metadata: ObjectMeta;
  readonly spec: RayServiceSpec;
  readonly status?: RayServiceStatuses;
}

/** Which applications to serve, and on what cluster. */
export interface RayServiceSpec extends ManagedSpec {
  /** The cluster to serve from. A change of it makes a new cluster that takes over once it is ready. */
  readonly rayClusterConfig: RayClusterSpec;
  /** The applications: Ray Serve's config file, YAML. A change of it is applied to the running cluster. */
  readonly serveConfigV2?: string;
  /** The serve service, where the default one will not do. */
  readonly serveService?: ServiceTemplate;
  /** How a new cluster takes over. */
  readonly upgradeStrategy?: RayServiceUpgradeStrategy;
  /** Send no requests through the head. */
  readonly excludeHeadPodFromServeSvc?: boolean;
  /**
   * Seconds for which the old cluster outlives the change to the new one. 60, if left out.
   *
   * @minimum 0
   */
  readonly rayClusterDeletionDelaySeconds?: Int32;
  /** Delete the clusters and keep the object. Setting it back to false starts anew. */
  readonly suspend?: boolean;
  /** Accepted and ignored. */
  readonly serviceUnhealthySecondThreshold?: Int32;
  /** Accepted and ignored. */
  readonly deploymentUnhealthySecondThreshold?: Int32;
}

/** How a new cluster takes over. */
export interface RayServiceUpgradeStrategy {
  /**
   * `NewCluster` (the default) changes over at once, `NewClusterWithIncrementalUpgrade` in steps, and `None` never
   * makes a new cluster.
   *
   * @openEnum
   */
  readonly type?: RayServiceUpgradeType;
  /** The steps of `NewClusterWithIncrementalUpgrade`. */
  readonly clusterUpgradeOptions?: ClusterUpgradeOptions;
}

/** How a new cluster takes over. */
export type RayServiceUpgradeType = "NewCluster" | "NewClusterWithIncrementalUpgrade" | "None";

/** How traffic moves to a new cluster step by step. */
export interface ClusterUpgradeOptions {
  /**
   * Capacity of the new cluster that may stand beside the old one, in percent of it.
   *
   * @default 100
   */
  readonly maxSurgePercent?: Int32;
  /** Traffic that moves with each step, in percent. */
  readonly stepSizePercent: Int32;
  /** Seconds between two steps. */
  readonly intervalSeconds: Int32;
  /** The class of the Gateway that divides the traffic. */
  readonly gatewayClassName: string;
}

/** How serving goes. */
export interface RayServiceStatuses {
  /**
   * The service in detail: `Ready`, `UpgradeInProgress`, `RollbackInProgress`, `Suspending`, `Suspended`.
   *
   * @listMapKeys type
   */
  readonly conditions?: readonly Condition[];
  /** When this status last changed. */
  readonly lastUpdateTime?: Timestamp;
  /**
   * `Running` once requests are answered; empty before.
   *
   * @openEnum
   */
  readonly serviceStatus?: "" | "Running";
  /** The cluster that answers requests. */
  readonly activeServiceStatus?: RayServiceStatus;
  /** The cluster that is to take over. */
  readonly pendingServiceStatus?: RayServiceStatus;
  /** Endpoints behind the serve service. */
  readonly numServeEndpoints?: Int32;
  /** The generation of the spec that this status speaks of. */
  readonly observedGeneration?: Int64;
}

/** One of a service's clusters. */
export interface RayServiceStatus {
  /** Its applications, by name. */
  readonly applicationStatuses?: Readonly<Record<string, AppStatus>>;
  /** Capacity that Ray Serve is asked to have there, in percent. Incremental upgrades only. */
  readonly targetCapacity?: Int32;
  /** Traffic that goes there, in percent. Incremental upgrades only. */
  readonly trafficRoutedPercent?: Int32;
  /** When traffic last moved. Incremental upgrades only. */
  readonly lastTrafficMigratedTime?: Timestamp;
  /** The cluster's name. */
  readonly rayClusterName?: string;
  /** The cluster's status. */
  readonly rayClusterStatus?: RayClusterStatus;
}

/** One application, as Ray Serve sees it. */
export interface AppStatus {
  /** `NOT_STARTED`, `DEPLOYING`, `RUNNING`, `DEPLOY_FAILED`, `DELETING` or `UNHEALTHY`. */
  readonly status?: string;
  /** The same in words. */
  readonly message?: string;
  /** The application's deployments, by name. */
  readonly serveDeploymentStatuses?: Readonly<Record<string, ServeDeploymentStatus>>;
}

/** One deployment of an application, as Ray Serve sees it. */
export interface ServeDeploymentStatus {
  /** `UPDATING`, `HEALTHY` or `UNHEALTHY`. */
  readonly status?: string;
  /** The same in words. */
  readonly message?: string;
}
