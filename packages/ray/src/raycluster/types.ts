import type {
  Condition,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  IngressTLS,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  ObjectMeta,
  PodTemplateSpec,
  ResourceRequirements,
  SecurityContext,
  Service,
  VolumeMount,
} from "@heliostat/kube";
import type { ManagedSpec } from "../managed-spec.ts";
import type { Int32, Int64, IntOrString, Quantity, Timestamp } from "../scalars.ts";

/**
 * A Ray cluster: one head and any number of worker groups.
 *
 * @plural rayclusters
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
export interface RayCluster {
  readonly apiVersion: "ray.io/v1";
  readonly kind: "RayCluster";
  readonly metadata: ObjectMeta;
  readonly spec: RayClusterSpec;
  readonly status?: RayClusterStatus;
}

/** What the user wants of a Ray cluster. */
export interface RayClusterSpec extends ManagedSpec {
  /** The head: the pod that runs the control store (GCS), the dashboard and, if asked for, the autoscaler. */
  readonly headGroupSpec: HeadGroupSpec;
  /** Groups of equal workers. None is fine: the head then runs everything. */
  readonly workerGroupSpecs?: readonly WorkerGroupSpec[];
  /** The Ray version of the images, such as `2.52.0`. It decides which Ray features may be used. */
  readonly rayVersion?: string;
  /** Stop all pods and keep the object. Setting it back to false starts them again. */
  readonly suspend?: boolean;
  /** Let the number of workers follow the load. */
  readonly enableInTreeAutoscaling?: boolean;
  /** How the autoscaler behaves and what it runs with. */
  readonly autoscalerOptions?: AutoscalerOptions;
  /** Annotations of the head service. They win over those of `headGroupSpec.headService`. */
  readonly headServiceAnnotations?: Readonly<Record<string, string>>;
  /** Keep the control store's state outside of the head pod, so that the cluster survives a new head. */
  readonly gcsFaultToleranceOptions?: GcsFaultToleranceOptions;
  /** Keep logs and events of finished clusters for the history server. */
  readonly historyServerOptions?: HistoryServerOptions;
  /** Shut the cluster's pods off from the rest of the network. */
  readonly networkPolicy?: NetworkPolicyConfig;
  /** Encrypt the traffic between Ray processes. */
  readonly tlsOptions?: TlsOptions;
  /** Ask clients for a token. */
  readonly authOptions?: AuthOptions;
  /** What happens to running pods when this spec changes. Not allowed on clusters that a RayJob or RayService made. */
  readonly upgradeStrategy?: RayClusterUpgradeStrategy;
}

/** The head of a cluster. */
export interface HeadGroupSpec {
  /** The head pod. Its first container runs Ray. */
  readonly template: PodTemplateSpec;
  /** The head service, where the default one will not do. Selector and namespace are always the operator's. */
  readonly headService?: ServiceTemplate;
  /** Publish the dashboard through an Ingress. */
  readonly enableIngress?: boolean;
  /** What that Ingress looks like. */
  readonly ingressOptions?: IngressOptions;
  /** Ray's logical resources of the head, such as `CPU: "0"`. They win over `rayStartParams` and container limits. */
  readonly resources?: Readonly<Record<string, string>>;
  /**
   * Another name for `resources`, where numbers may be written without quotes. Give one of the two; Ray's autoscaler
   * reads `resources` only.
   */
  readonly rayResources?: Readonly<Record<string, IntOrString>>;
  /** Labels of the Ray node; the pod gets them too. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Flags of `ray start` without the dashes, such as `dashboard-host: 0.0.0.0`. `"true"` is a flag alone. */
  readonly rayStartParams?: Readonly<Record<string, string>>;
  /** The type of the head service: `ClusterIP` (the default), `NodePort` or `LoadBalancer`. */
  readonly serviceType?: string;
}

/**
 * A Service as a user writes it inside another object: everything may be left out.
 *
 * @schema Service
 */
export interface ServiceTemplate extends Partial<Omit<Service, "metadata">> {
  readonly metadata?: Partial<ObjectMeta>;
}

/** The Ingress in front of the dashboard. */
export interface IngressOptions {
  /** The host name that it answers to. Any, if left out. */
  readonly host?: string;
  /** The path that it answers to. `/`, if left out. */
  readonly path?: string;
  /** How the path is matched. `Prefix`, if left out. */
  readonly pathType?: "Exact" | "Prefix" | "ImplementationSpecific";
  /** Certificates, by host. */
  readonly tls?: readonly IngressTLS[];
}

/** A group of equal workers. */
export interface WorkerGroupSpec {
  /** The group's name, unique within the cluster. */
  readonly groupName: string;
  /**
   * How many replicas there should be. The autoscaler writes this field.
   *
   * @default 0
   */
  readonly replicas?: Int32;
  /**
   * The autoscaler keeps at least this many.
   *
   * @required
   * @default 0
   */
  readonly minReplicas?: Int32;
  /**
   * The autoscaler never goes beyond this many.
   *
   * @required
   * @default 2147483647
   */
  readonly maxReplicas?: Int32;
  /**
   * Pods per replica. More than one makes replicas of several hosts (TPU slices) that live and die together.
   *
   * @default 1
   */
  readonly numOfHosts?: Int32;
  /** Idle seconds after which the autoscaler takes a worker of this group away. Autoscaler v2 only. */
  readonly idleTimeoutSeconds?: Int32;
  /**
   * Groups with a higher number are scaled up first. Autoscaler v2 with Ray 2.56 or later.
   *
   * @default 0
   */
  readonly priority?: Int32;
  /** Delete the group's pods and keep the group. Set by a RayJob that deletes its workers. */
  readonly suspend?: boolean;
  /** Ray's logical resources of each worker. They win over `rayStartParams` and container limits. */
  readonly resources?: Readonly<Record<string, string>>;
  /**
   * Another name for `resources`, where numbers may be written without quotes. Give one of the two; Ray's autoscaler
   * reads `resources` only.
   */
  readonly rayResources?: Readonly<Record<string, IntOrString>>;
  /** Labels of the group's Ray nodes; the pods get them too. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Flags of `ray start` without the dashes. `"true"` is a flag alone. */
  readonly rayStartParams?: Readonly<Record<string, string>>;
  /** The worker pod. Its first container runs Ray. */
  readonly template: PodTemplateSpec;
  /** Which workers go first. The autoscaler writes this field. */
  readonly scaleStrategy?: ScaleStrategy;
}

/** Which workers go first. */
export interface ScaleStrategy {
  /** Names of the pods to delete. */
  readonly workersToDelete?: readonly string[];
}

/** How the autoscaler behaves and what its container runs with. */
export interface AutoscalerOptions {
  /** Resources of the autoscaler's container. 500m CPU and 512Mi memory, if left out. */
  readonly resources?: ResourceRequirements;
  /** Image of the autoscaler. That of the head's Ray container, if left out. */
  readonly image?: string;
  /** When that image is pulled. */
  readonly imagePullPolicy?: string;
  /** Security context of the autoscaler's container. */
  readonly securityContext?: SecurityContext;
  /** Idle seconds after which a worker is taken away. 60, if left out. */
  readonly idleTimeoutSeconds?: Int32;
  /**
   * How fast the cluster grows. `Conservative`: at most as many new workers as there are; `Default` and `Aggressive`:
   * as many as are needed.
   */
  readonly upscalingMode?: "Default" | "Aggressive" | "Conservative";
  /** The autoscaler's generation. */
  readonly version?: "v1" | "v2";
  /** Environment of the autoscaler's container. */
  readonly env?: readonly EnvVar[];
  /** Environment of the autoscaler's container, from config maps and secrets. */
  readonly envFrom?: readonly EnvFromSource[];
  /** Volumes of the head pod that the autoscaler's container mounts. */
  readonly volumeMounts?: readonly VolumeMount[];
  /** The container's command, where the default one will not do. */
  readonly command?: readonly string[];
  /** The container's arguments, where the default ones will not do. */
  readonly args?: readonly string[];
}

/** Who may talk to the cluster. */
export interface AuthOptions {
  /** `token` asks every client for a token; anything else asks for none. */
  readonly mode?: "disabled" | "token";
  /** A secret of the user's own, with the token under `auth_token`. One is made, if left out. */
  readonly secretName?: string;
  /** Accept tokens that Kubernetes has issued. No secret is made then. */
  readonly enableK8sTokenAuth?: boolean;
}

/** Where the control store keeps its state. */
export interface GcsFaultToleranceOptions {
  /**
   * What keeps the state: a Redis of the user's, or RocksDB on a volume. Redis, if left out.
   *
   * @celRule self == oldSelf
   * @celMessage gcsFaultToleranceOptions.backend is immutable
   */
  readonly backend?: "redis" | "rocksdb";
  /** Address of Redis, such as `redis:6379`. */
  readonly redisAddress?: string;
  /** User name for Redis. */
  readonly redisUsername?: RedisCredential;
  /** Password for Redis. */
  readonly redisPassword?: RedisCredential;
  /** Key prefix in Redis. The cluster's UID, if left out. */
  readonly externalStorageNamespace?: string;
  /** The volume of RocksDB. */
  readonly storage?: GcsStorage;
}

/** A credential, written out or read from elsewhere. */
export interface RedisCredential {
  /** The credential itself. */
  readonly value?: string;
  /** Where to read it. */
  readonly valueFrom?: EnvVarSource;
}

/** The volume on which RocksDB keeps the control store's state. */
export interface GcsStorage {
  /** A claim of the user's own. One is made, if left out. */
  readonly claimName?: string;
  /** Size of the claim that is made. 1Gi, if left out. */
  readonly size?: Quantity;
  /** Storage class of the claim that is made. The cluster's default, if left out. */
  readonly storageClassName?: string;
  /** Access modes of the claim that is made. `ReadWriteOnce`, if left out. */
  readonly accessModes?: readonly string[];
  /** A folder of the volume to keep the state in. */
  readonly subPath?: string;
  /** Whether the claim that is made goes with the cluster. */
  readonly deletionPolicy?: "DeleteWithCluster" | "Retain";
}

/** What is kept of finished clusters. */
export interface HistoryServerOptions {
  /** The container that gathers logs and events in each pod. */
  readonly collectorOptions?: CollectorOptions;
}

/** The container that gathers logs and events in each pod. */
export interface CollectorOptions {
  /** Its image. */
  readonly image?: string;
  /** When that image is pulled. */
  readonly imagePullPolicy?: string;
  /** Its resources. */
  readonly resources?: ResourceRequirements;
  /** Its environment. */
  readonly env?: readonly EnvVar[];
}

/** What may reach the cluster's pods, and what they may reach. */
export interface NetworkPolicyConfig {
  /**
   * Which direction is shut, but for the cluster's own traffic and the rules below.
   *
   * @default "DenyAll"
   */
  readonly mode?: "DenyAll" | "DenyAllIngress" | "DenyAllEgress";
  /** What the head is allowed besides. */
  readonly head?: NetworkPolicyRules;
  /** What workers are allowed besides. */
  readonly worker?: NetworkPolicyRules;
  /**
   * What the workers of one group are allowed besides, in place of `worker`.
   *
   * @listMapKeys groupName
   */
  readonly workerGroups?: readonly WorkerGroupNetworkPolicy[];
}

/** Traffic that is allowed. */
export interface NetworkPolicyRules {
  /** What may reach the pods. */
  readonly ingressRules?: readonly NetworkPolicyIngressRule[];
  /** What the pods may reach. */
  readonly egressRules?: readonly NetworkPolicyEgressRule[];
}

/** Traffic that is allowed for one group. */
export interface WorkerGroupNetworkPolicy extends NetworkPolicyRules {
  /** The group's name. */
  readonly groupName: string;
}

/** Encryption between Ray processes. */
export interface TlsOptions {
  /** Use mutual TLS, with certificates made by cert-manager. */
  readonly enabled?: boolean;
}

/** What happens to running pods when the spec changes. */
export interface RayClusterUpgradeStrategy {
  /**
   * `Recreate` deletes all pods and starts anew; `RollingUpdate` replaces the workers of the groups that changed, a few
   * at a time, and all pods when the head has changed; `None`, the default, leaves them as they are.
   */
  readonly type?: "Recreate" | "RollingUpdate" | "None";
  /** How a rolling update goes. */
  readonly rollingUpdate?: RayClusterRollingUpdate;
}

/** How a rolling update of a worker group goes. */
export interface RayClusterRollingUpdate {
  /** How many replicas of a group may be missing meanwhile, as a number or a percentage. 1, if left out. */
  readonly maxUnavailable?: IntOrString;
}

/** What is. */
export interface RayClusterStatus {
  /**
   * The cluster in a word; empty while it starts.
   *
   * @openEnum
   */
  readonly state?: RayClusterState;
  /** Why it is in that state. */
  readonly reason?: string;
  /** What the cluster waits for, in one sentence; empty when everything is as the spec asks. */
  readonly why?: string;
  /** Worker pods that are running and ready. */
  readonly readyWorkerReplicas?: Int32;
  /** Worker pods that are running. */
  readonly availableWorkerReplicas?: Int32;
  /** Worker pods that there should be. */
  readonly desiredWorkerReplicas?: Int32;
  /** The fewest worker pods, all groups together. */
  readonly minWorkerReplicas?: Int32;
  /** The most worker pods, all groups together. */
  readonly maxWorkerReplicas?: Int32;
  /** CPU of all pods that there should be. */
  readonly desiredCPU?: Quantity;
  /** Memory of all pods that there should be. */
  readonly desiredMemory?: Quantity;
  /** GPUs of all pods that there should be. */
  readonly desiredGPU?: Quantity;
  /** TPUs of all pods that there should be. */
  readonly desiredTPU?: Quantity;
  /** Ports of the head service: name to number. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Where the head is. */
  readonly head?: HeadInfo;
  /**
   * When this status last changed.
   *
   * @nullable
   */
  readonly lastUpdateTime?: Timestamp;
  /** When the cluster last came into each state. */
  readonly stateTransitionTimes?: Readonly<Record<string, Timestamp>>;
  /**
   * The cluster in detail: `RayClusterProvisioned`, `HeadPodReady`, `ReplicaFailure`, `RayClusterSuspending`,
   * `RayClusterSuspended`, `WorkersReady`, `Progressing`, `Degraded`.
   *
   * @listMapKeys type
   */
  readonly conditions?: readonly Condition[];
  /**
   * The numbers that are spent in pod names, by group (`headgroup` for the head): no name is ever given twice.
   */
  readonly podNameFloors?: Readonly<Record<string, Int32>>;
  /** The generation of the spec that this status speaks of. */
  readonly observedGeneration?: Int64;
}

/** A cluster in a word. `failed` is no longer set by anyone. */
export type RayClusterState = "" | "ready" | "suspended" | "failed";

/** Where the head is. */
export interface HeadInfo {
  /** Address of the head pod. */
  readonly podIP?: string;
  /** Name of the head pod. */
  readonly podName?: string;
  /** Address of the head service; that of the head pod, if the service has none of its own. */
  readonly serviceIP?: string;
  /** Name of the head service. */
  readonly serviceName?: string;
}
