import type { Container, EnvVar, ResourceRequirements } from "@heliostat/kube";

/**
 * How an operator is set up, as far as it shows in the objects that it makes: what KubeRay's operator takes from its
 * environment and its configuration file. Whatever is left out is as KubeRay has it when nothing is set.
 */
export interface RaySettings {
  /** DNS domain of the Kubernetes cluster. KubeRay: `CLUSTER_DOMAIN`. @default "cluster.local" */
  readonly clusterDomain?: string;
  /**
   * Whether a head service without a type of its own has no address. KubeRay: unless
   * `ENABLE_RAY_HEAD_CLUSTER_IP_SERVICE`.
   *
   * @default true
   */
  readonly isHeadServiceHeadless?: boolean;
  /**
   * Whether workers wait for the head in an init container. KubeRay: `ENABLE_INIT_CONTAINER_INJECTION`.
   *
   * @default true
   */
  readonly hasWaitContainer?: boolean;
  /** What that container asks for. KubeRay's is fixed. @default 200m CPU and 256Mi memory */
  readonly waitResources?: ResourceRequirements;
  /** What the container that cleans up Redis asks for. KubeRay's is fixed. @default 200m CPU and 256Mi memory */
  readonly cleanupResources?: ResourceRequirements;
  /** Whether Kubernetes probes Ray where the user set no probes. KubeRay: `ENABLE_PROBES_INJECTION`. @default true */
  readonly hasProbes?: boolean;
  /**
   * Whether `ray start` runs in a login shell, with the profile of the image. KubeRay: `ENABLE_LOGIN_SHELL`.
   *
   * @default false
   */
  readonly isLoginShell?: boolean;
  /**
   * Whether a cluster's state in Redis is deleted with the cluster. It decides on the promise and not on its keeping: a
   * cluster that was promised it is let go only when it is done. KubeRay: `ENABLE_GCS_FT_REDIS_CLEANUP`.
   *
   * @default true
   */
  readonly emptiesRedis?: boolean;
  /** Containers beside every head. */
  readonly headSidecars?: readonly Container[];
  /** Containers beside every worker. */
  readonly workerSidecars?: readonly Container[];
  /** Environment of every Ray container, where the user has not set it. */
  readonly defaultEnv?: readonly EnvVar[];
  /** Annotations of every Ray pod, where the user has not set them. */
  readonly defaultAnnotations?: Readonly<Record<string, string>>;
  /** Labels of every Ray pod, where neither the user nor the operator sets them. */
  readonly defaultLabels?: Readonly<Record<string, string>>;
}
