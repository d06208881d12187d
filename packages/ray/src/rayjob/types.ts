import type { ObjectMeta, PodTemplateSpec } from "@heliostat/kube";
import type { JobStatus } from "../dashboard/ray-dashboard.ts";
import type { ManagedSpec } from "../managed-spec.ts";
import type { RayClusterSpec, RayClusterStatus } from "../raycluster/types.ts";
import type { Float32, Int32, Int64, Timestamp } from "../scalars.ts";

/**
 * One run of a Ray program, on a cluster of its own or on one that exists.
 *
 * @plural rayjobs
 * @printColumn job status | string | .status.jobStatus
 * @printColumn deployment status | string | .status.jobDeploymentStatus
 * @printColumn ray cluster name | string | .status.rayClusterName
 * @printColumn start time | string | .status.startTime
 * @printColumn end time | string | .status.endTime
 * @printColumn age | date | .metadata.creationTimestamp
 */
export interface RayJob {
  readonly apiVersion: "ray.io/v1";
  readonly kind: "RayJob";
  readonly metadata: ObjectMeta;
  readonly spec: RayJobSpec;
  readonly status?: RayJobStatus;
}

/** What the user wants to run, where, and what happens afterwards. */
export interface RayJobSpec extends ManagedSpec {
  /** The command line of the program. Only `InteractiveMode` does without. */
  readonly entrypoint?: string;
  /** Ray's runtime environment, a YAML map: packages, working directory, environment variables. */
  readonly runtimeEnvYAML?: string;
  /** The job's submission id in Ray. One is made up, if left out. */
  readonly jobId?: string;
  /** Metadata that Ray keeps with the job. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Who hands the program to the cluster: a Kubernetes Job, the operator itself, the user, or a container beside the
   * head.
   *
   * @openEnum
   * @default "K8sJobMode"
   */
  readonly submissionMode?: JobSubmissionMode;
  /** The pod of the Kubernetes Job in `K8sJobMode`. One with the head's image is made, if left out. */
  readonly submitterPodTemplate?: PodTemplateSpec;
  /** The Kubernetes Job in `K8sJobMode`. */
  readonly submitterConfig?: SubmitterConfig;
  /** The cluster to make for this job. Either this or `clusterSelector`. */
  readonly rayClusterSpec?: RayClusterSpec;
  /** A cluster that exists: its name under `ray.io/cluster`. */
  readonly clusterSelector?: Readonly<Record<string, string>>;
  /** CPUs that Ray sets aside for the entrypoint. */
  readonly entrypointNumCpus?: Float32;
  /** GPUs that Ray sets aside for the entrypoint. */
  readonly entrypointNumGpus?: Float32;
  /** Further resources that Ray sets aside for the entrypoint, as a JSON map. */
  readonly entrypointResources?: string;
  /** Delete the cluster once the job has ended. */
  readonly shutdownAfterJobFinishes?: boolean;
  /**
   * Seconds between the end of the job and that deletion.
   *
   * @default 0
   */
  readonly ttlSecondsAfterFinished?: Int32;
  /** Seconds from the start after which the job counts as failed. */
  readonly activeDeadlineSeconds?: Int32;
  /**
   * Seconds within which the program must have begun to run.
   *
   * @minimum 1
   */
  readonly preRunningDeadlineSeconds?: Int32;
  /**
   * How often a failed job is tried again, each time on a new cluster.
   *
   * @default 0
   */
  readonly backoffLimit?: Int32;
  /** Stop the job and delete its cluster. Setting it back to false starts it anew. */
  readonly suspend?: boolean;
  /**
   * What is deleted when the job has ended, and when.
   *
   * @celRule !((has(self.onSuccess) || has(self.onFailure)) && has(self.deletionRules))
   * @celMessage legacy policies (onSuccess/onFailure) and deletionRules cannot be used together within the same deletionStrategy
   * @celRule ((has(self.onSuccess) && has(self.onFailure)) || has(self.deletionRules))
   * @celMessage deletionStrategy requires either BOTH onSuccess and onFailure, OR the deletionRules field (cannot be empty)
   */
  readonly deletionStrategy?: DeletionStrategy;
}

/** Who hands the program to the cluster. */
export type JobSubmissionMode = "K8sJobMode" | "HTTPMode" | "InteractiveMode" | "SidecarMode";

/** The Kubernetes Job that submits. */
export interface SubmitterConfig {
  /** How often a failed submission is tried again. 2, if left out. */
  readonly backoffLimit?: Int32;
}

/** What is deleted when the job has ended: by rules, or by the older pair of policies. */
export interface DeletionStrategy {
  /** The older way: what is deleted when the job has succeeded. */
  readonly onSuccess?: DeletionPolicy;
  /** The older way: what is deleted when the job has failed. */
  readonly onFailure?: DeletionPolicy;
  /**
   * Each rule deletes something once its condition has held for long enough.
   *
   * @listType atomic
   * @minItems 1
   */
  readonly deletionRules?: readonly DeletionRule[];
}

/** What is deleted, in the older way of saying it. */
export interface DeletionPolicy {
  /** What is deleted. */
  readonly policy?: DeletionPolicyType;
}

/** What is deleted: the cluster, its workers only, the RayJob with all that it owns, or nothing. */
export type DeletionPolicyType = "DeleteCluster" | "DeleteWorkers" | "DeleteSelf" | "DeleteNone";

/** Delete something once a condition has held for long enough. */
export interface DeletionRule {
  /** What is deleted. */
  readonly policy: DeletionPolicyType;
  /**
   * When it is deleted.
   *
   * @celRule !(has(self.jobStatus) && has(self.jobDeploymentStatus))
   * @celMessage JobStatus and JobDeploymentStatus cannot be used together within the same deletion condition.
   * @celRule has(self.jobStatus) || has(self.jobDeploymentStatus)
   * @celMessage the deletion condition requires either the JobStatus or the JobDeploymentStatus field.
   */
  readonly condition: DeletionCondition;
}

/** When a rule applies. Exactly one of the two statuses is named. */
export interface DeletionCondition {
  /** How the program has ended. */
  readonly jobStatus?: "SUCCEEDED" | "FAILED";
  /** How the RayJob has ended. */
  readonly jobDeploymentStatus?: "Failed";
  /**
   * Seconds to wait from then on.
   *
   * @default 0
   * @minimum 0
   */
  readonly ttlSeconds?: Int32;
}

/** How the run goes. */
export interface RayJobStatus {
  /** The times that Ray itself has kept. */
  readonly rayJobInfo?: RayJobInfo;
  /** The job's submission id in Ray. */
  readonly jobId?: string;
  /** The cluster that it runs on. */
  readonly rayClusterName?: string;
  /** Host and port of that cluster's dashboard. */
  readonly dashboardURL?: string;
  /**
   * The program, as Ray sees it; empty until it has been submitted.
   *
   * @openEnum
   */
  readonly jobStatus?: "" | JobStatus;
  /**
   * The RayJob, as the operator sees it.
   *
   * @openEnum
   */
  readonly jobDeploymentStatus?: JobDeploymentStatus;
  /** Why the run has failed. */
  readonly reason?: string;
  /** The same in words. */
  readonly message?: string;
  /** When the operator began. */
  readonly startTime?: Timestamp;
  /** When the run came to its end. */
  readonly endTime?: Timestamp;
  /**
   * Attempts that have succeeded.
   *
   * @default 0
   */
  readonly succeeded?: Int32;
  /**
   * Attempts that have failed.
   *
   * @default 0
   */
  readonly failed?: Int32;
  /** The status of the cluster that it runs on. */
  readonly rayClusterStatus?: RayClusterStatus;
  /** Since when the dashboard has not answered. */
  readonly jobStatusCheckFailureStartTime?: Timestamp;
  /** The generation of the spec that this status speaks of. */
  readonly observedGeneration?: Int64;
}

/** The times that Ray itself has kept of a job. */
export interface RayJobInfo {
  /** When the program began. */
  readonly startTime?: Timestamp;
  /** When the program ended. */
  readonly endTime?: Timestamp;
}

/** The RayJob, as the operator sees it. */
export type JobDeploymentStatus =
  | ""
  | "Initializing"
  | "Waiting"
  | "Running"
  | "Complete"
  | "Failed"
  | "ValidationFailed"
  | "Suspending"
  | "Suspended"
  | "Retrying";
