/**
 * The older version of three kinds: what it once had, and nothing that came later. No code of ours speaks it; the
 * CRDs serve it for clients that still do, and the API server prunes what is not listed here.
 */
import type { ObjectMeta } from "@heliostat/kube";
import type {
  AutoscalerOptions,
  HeadGroupSpec,
  HeadInfo,
  RayCluster,
  RayClusterSpec,
  RayClusterStatus,
  WorkerGroupSpec,
} from "../raycluster/types.ts";
import type { RayJob, RayJobSpec, RayJobStatus } from "../rayjob/types.ts";
import type {
  AppStatus,
  RayService,
  RayServiceSpec,
  RayServiceStatus,
  RayServiceStatuses,
  ServeDeploymentStatus,
} from "../rayservice/types.ts";
import type { Timestamp } from "../scalars.ts";

/**
 * A Ray cluster: one head and any number of worker groups.
 *
 * @deprecated use ray.io/v1 RayCluster; ray.io/v1alpha1 gets no new fields and will not be served for ever
 * @printColumn desired workers | integer | .status.desiredWorkerReplicas
 * @printColumn available workers | integer | .status.availableWorkerReplicas
 * @printColumn cpus | string | .status.desiredCPU
 * @printColumn memory | string | .status.desiredMemory
 * @printColumn gpus | string | .status.desiredGPU
 * @printColumn tpus | string | .status.desiredTPU | wide
 * @printColumn status | string | .status.state
 * @printColumn age | date | .metadata.creationTimestamp
 * @printColumn head pod IP | string | .status.head.podIP | wide
 * @printColumn head service IP | string | .status.head.serviceIP | wide
 */
export interface RayClusterV1Alpha1 extends Pick<RayCluster, "kind"> {
  readonly apiVersion: "ray.io/v1alpha1";
  readonly metadata: ObjectMeta;
  readonly spec: RayClusterSpecV1Alpha1;
  readonly status?: RayClusterStatusV1Alpha1;
}

/** What the user wants of a Ray cluster. */
interface RayClusterSpecV1Alpha1
  extends Pick<
    RayClusterSpec,
    "rayVersion" | "suspend" | "enableInTreeAutoscaling" | "headServiceAnnotations"
  > {
  /** The head: the pod that runs the control store (GCS), the dashboard and, if asked for, the autoscaler. */
  readonly headGroupSpec: HeadGroupSpecV1Alpha1;
  /** Groups of equal workers. None is fine: the head then runs everything. */
  readonly workerGroupSpecs?: readonly WorkerGroupSpecV1Alpha1[];
  /** How the autoscaler behaves and what it runs with. */
  readonly autoscalerOptions?: AutoscalerOptionsV1Alpha1;
}

/** The head of a cluster. */
interface HeadGroupSpecV1Alpha1
  extends Pick<HeadGroupSpec, "template" | "headService" | "enableIngress" | "serviceType"> {
  /** Flags of `ray start` without the dashes. */
  readonly rayStartParams: Readonly<Record<string, string>>;
}

/** A group of equal workers. */
interface WorkerGroupSpecV1Alpha1
  extends Pick<
    WorkerGroupSpec,
    "groupName" | "replicas" | "minReplicas" | "maxReplicas" | "template" | "scaleStrategy"
  > {
  /** Flags of `ray start` without the dashes. */
  readonly rayStartParams: Readonly<Record<string, string>>;
}

/** How the autoscaler behaves and what its container runs with. */
interface AutoscalerOptionsV1Alpha1 extends Omit<AutoscalerOptions, "version" | "command" | "args"> {}

/** What is. */
interface RayClusterStatusV1Alpha1
  extends Omit<RayClusterStatus, "conditions" | "head" | "stateTransitionTimes"> {
  /** Where the head is. */
  readonly head?: HeadInfoV1Alpha1;
}

/** Where the head is. */
interface HeadInfoV1Alpha1 extends Pick<HeadInfo, "podIP" | "serviceIP"> {}

/**
 * One run of a Ray program, on a cluster of its own or on one that exists.
 *
 * @deprecated use ray.io/v1 RayJob; ray.io/v1alpha1 gets no new fields and will not be served for ever
 */
export interface RayJobV1Alpha1 extends Pick<RayJob, "kind"> {
  readonly apiVersion: "ray.io/v1alpha1";
  readonly metadata: ObjectMeta;
  readonly spec: RayJobSpecV1Alpha1;
  readonly status?: RayJobStatusV1Alpha1;
}

/** What the user wants to run, where, and what happens afterwards. */
interface RayJobSpecV1Alpha1
  extends Pick<
    RayJobSpec,
    | "clusterSelector"
    | "entrypointNumCpus"
    | "entrypointNumGpus"
    | "entrypointResources"
    | "jobId"
    | "metadata"
    | "runtimeEnvYAML"
    | "shutdownAfterJobFinishes"
    | "submitterPodTemplate"
    | "suspend"
    | "ttlSecondsAfterFinished"
  > {
  /** The command line of the program. */
  readonly entrypoint: string;
  /** The cluster to make for this job. Either this or `clusterSelector`. */
  readonly rayClusterSpec?: RayClusterSpecV1Alpha1;
}

/** How the run goes. */
interface RayJobStatusV1Alpha1
  extends Omit<
    RayJobStatus,
    "failed" | "jobStatusCheckFailureStartTime" | "rayClusterStatus" | "rayJobInfo" | "reason" | "succeeded"
  > {
  /** The status of the cluster that it runs on. */
  readonly rayClusterStatus?: RayClusterStatusV1Alpha1;
}

/**
 * Ray Serve applications on a cluster of their own.
 *
 * @deprecated use ray.io/v1 RayService; ray.io/v1alpha1 gets no new fields and will not be served for ever
 */
export interface RayServiceV1Alpha1 extends Pick<RayService, "kind"> {
  readonly apiVersion: "ray.io/v1alpha1";
  readonly metadata: ObjectMeta;
  readonly spec: RayServiceSpecV1Alpha1;
  readonly status?: RayServiceStatusesV1Alpha1;
}

/** Which applications to serve, and on what cluster. */
interface RayServiceSpecV1Alpha1
  extends Pick<
    RayServiceSpec,
    | "serveConfigV2"
    | "serveService"
    | "serviceUnhealthySecondThreshold"
    | "deploymentUnhealthySecondThreshold"
  > {
  /** The cluster to serve from. */
  readonly rayClusterConfig?: RayClusterSpecV1Alpha1;
}

/** How serving goes. */
interface RayServiceStatusesV1Alpha1
  extends Pick<RayServiceStatuses, "lastUpdateTime" | "observedGeneration" | "serviceStatus"> {
  /** The cluster that answers requests. */
  readonly activeServiceStatus?: RayServiceStatusV1Alpha1;
  /** The cluster that is to take over. */
  readonly pendingServiceStatus?: RayServiceStatusV1Alpha1;
}

/** One of a service's clusters. */
interface RayServiceStatusV1Alpha1 extends Pick<RayServiceStatus, "rayClusterName"> {
  /** Its applications, by name. */
  readonly applicationStatuses?: Readonly<Record<string, AppStatusV1Alpha1>>;
  /** The cluster's status. */
  readonly rayClusterStatus?: RayClusterStatusV1Alpha1;
}

/** One application, as Ray Serve sees it. */
interface AppStatusV1Alpha1 extends Pick<AppStatus, "status" | "message"> {
  /** When the status was last asked for. */
  readonly healthLastUpdateTime?: Timestamp;
  /** The application's deployments, by name. */
  readonly serveDeploymentStatuses?: Readonly<Record<string, ServeDeploymentStatusV1Alpha1>>;
}

/** One deployment of an application, as Ray Serve sees it. */
interface ServeDeploymentStatusV1Alpha1 extends ServeDeploymentStatus {
  /** When the status was last asked for. */
  readonly healthLastUpdateTime?: Timestamp;
}
