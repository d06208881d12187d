import type {
  Affinity,
  Container,
  EnvVar,
  LocalObjectReference,
  PersistentVolumeClaimSpec,
  PodSecurityContext,
  ResourceRequirements,
  SecurityContext,
  ServicePort,
  Toleration,
  Volume,
  VolumeMount,
} from "@heliostat/kube";
import type { Base64, Int32, Timestamp } from "../scalars.ts";

/** What every kind of Domino's has in its spec. */
export interface ClusterConfig {
  /** Mutual TLS of the mesh for this cluster; none makes no rule. */
  readonly istioMutualTLSMode?: "" | "UNSET" | "DISABLE" | "PERMISSIVE" | "STRICT";
  /** Labels of every object that is made for the cluster. */
  readonly globalLabels?: Readonly<Record<string, string>>;
  /** An existing service account, instead of one of the cluster's own. */
  readonly serviceAccount?: ServiceAccountConfig;
  /** A keytab for every pod. */
  readonly kerberosKeytab?: KerberosKeytab;
  /** Secrets with which images are pulled. */
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  /** The security context of every pod. */
  readonly podSecurityContext?: PodSecurityContext;
  /** Environment of every container. */
  readonly envVars?: readonly EnvVar[];
  /** A policy that pods may use, where the cluster still has such. */
  readonly podSecurityPolicy?: string;
  /** Further ports at which clients reach the cluster. */
  readonly additionalClientPorts?: readonly ServicePort[];
}

/** An image in its parts. */
export interface ImageConfig {
  /** @default "" */
  readonly registry?: string;
  /** Where the registry keeps it. */
  readonly repository?: string;
  /** Which of them. */
  readonly tag?: string;
  /** When nodes pull it. */
  readonly pullPolicy?: string;
}

/** A service account that is there already. */
export interface ServiceAccountConfig {
  readonly name?: string;
  readonly automountServiceAccountToken?: boolean;
}

/** A keytab, and where pods find it. */
export interface KerberosKeytab {
  readonly contents?: Base64;
  readonly mountPath?: string;
}

/** Who may reach the cluster's pods over the network. */
export interface NetworkPolicyConfig {
  /**
   * Whether anybody is kept out.
   *
   * @default true
   */
  readonly enabled?: boolean;
  /** Namespaces whose dashboards may. */
  readonly dashboardNamespaceLabels?: Readonly<Record<string, string>>;
}

/** Bounds between which the number of workers follows their load. */
export interface AutoscalingConfig {
  /**
   * Never fewer.
   *
   * @minimum 1
   */
  readonly minReplicas?: Int32;
  /**
   * Never more.
   *
   * @minimum 1
   */
  readonly maxReplicas: Int32;
  /**
   * CPU that workers should use, in percent of their requests.
   *
   * @minimum 1
   */
  readonly averageCPUUtilization?: Int32;
  /**
   * Memory that workers should use, in percent of their requests.
   *
   * @minimum 1
   */
  readonly averageMemoryUtilization?: Int32;
  /**
   * How long load must stay low before workers go.
   *
   * @minimum 0
   */
  readonly scaleDownStabilizationWindowSeconds?: Int32;
}

/** Pods of one role. */
export interface WorkloadConfig {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly resources?: ResourceRequirements;
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly volumeMounts?: readonly VolumeMount[];
  /** A claim for each pod. */
  readonly volumeClaimTemplates?: readonly ClaimTemplate[];
  /** The security context of the main container. */
  readonly securityContext?: SecurityContext;
}

/** A claim that each pod gets its own of. */
export interface ClaimTemplate {
  readonly name: string;
  readonly spec: PersistentVolumeClaimSpec;
}

/** The workers. */
export interface WorkerConfig extends WorkloadConfig {
  /**
   * How many.
   *
   * @default 1
   * @minimum 0
   */
  readonly replicas?: Int32;
}

/** What has become of a cluster. */
export interface ClusterStatus {
  /** @openEnum */
  readonly clusterStatus?: "Pending" | "Starting" | "Running" | "Stopping" | "Failed";
  /** Why it failed. */
  readonly reason?: string;
  readonly startTime?: Timestamp;
  /** The image, as nodes pull it. */
  readonly image?: string;
  /** The cluster's pods by name. */
  readonly nodes?: readonly string[];
  /** Workers, for the scale subresource. */
  readonly workerReplicas?: Int32;
  /** How workers are found, for the scale subresource. */
  readonly workerSelector?: string;
}
