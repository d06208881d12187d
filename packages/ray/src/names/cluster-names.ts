import type { RayCluster } from "../raycluster/types.ts";
import { HEAD_GROUP, LABEL, type NodeType } from "../vocabulary/labels.ts";
import { checkLabel, checkName, checkRouteName } from "./bounded-names.ts";

/**
 * The longest name that a RayCluster may have: room for `-serve-svc`, the longest ending of a service (KubeRay rule).
 */
export const MAX_CLUSTER_NAME_LENGTH = 53;

/** The longest name of a RayJob or RayService: their clusters add a hyphen and five characters (KubeRay rule). */
export const MAX_OWNER_NAME_LENGTH: number = MAX_CLUSTER_NAME_LENGTH - 6;

/** The longest name of a RayCronJob: its jobs add a hyphen and the minute since 1970, of ten digits (KubeRay rule). */
export const MAX_CRON_JOB_NAME_LENGTH: number = MAX_OWNER_NAME_LENGTH - 11;

/** The DNS domain of nearly every Kubernetes cluster. */
const DEFAULT_CLUSTER_DOMAIN = "cluster.local";

/** `{cluster}-head-svc`, or the name that the user's own head service has. Never shortened. */
export function headServiceName({ metadata, spec }: RayCluster): string {
  return spec.headGroupSpec.headService?.metadata?.name || `${metadata.name}-head-svc`;
}

/**
 * The DNS name under which every pod finds the head.
 *
 * @param clusterDomain the DNS domain of the Kubernetes cluster, `cluster.local` by default
 */
export function headServiceFqdn(cluster: RayCluster, clusterDomain: string = DEFAULT_CLUSTER_DOMAIN): string {
  return `${headServiceName(cluster)}.${cluster.metadata.namespace ?? "default"}.svc.${clusterDomain}`;
}

/** `{cluster}-serve-svc` */
export function serveServiceName({ metadata }: RayCluster): string {
  return `${metadata.name}-serve-svc`;
}

/** `{cluster}-headless`: the service of worker groups of several hosts. */
export function headlessWorkerServiceName({ metadata }: RayCluster): string {
  return `${metadata.name}-headless`;
}

/** The service account under which the head's autoscaler talks to Kubernetes: the template's, or one named as the cluster. */
export function autoscalerServiceAccountName({ metadata, spec }: RayCluster): string {
  return checkName(spec.headGroupSpec.template.spec?.serviceAccountName || metadata.name);
}

/** The role that the autoscaler has, and its binding. */
export function autoscalerRoleName({ metadata }: RayCluster): string {
  return checkName(metadata.name);
}

/** The secret that holds the cluster's token: the user's own, or one named as the cluster. */
export function authSecretName({ metadata, spec }: RayCluster): string {
  return spec.authOptions?.secretName || checkName(metadata.name);
}

/** Value of {@link LABEL.identifier}. */
export function nodeIdentifier({ metadata }: RayCluster, nodeType: NodeType): string {
  return checkLabel(`${metadata.name}-${nodeType}`);
}

/** The Ingress in front of the dashboard. */
export function headIngressName({ metadata }: RayCluster): string {
  return checkName(`${metadata.name}-head-ingress`);
}

/** The OpenShift Route in front of the dashboard. */
export function headRouteName({ metadata }: RayCluster): string {
  return checkRouteName(`${metadata.name}-head-route`, metadata.namespace ?? "default");
}

/** The job that deletes what the cluster kept in Redis. */
export function redisCleanupJobName({ metadata }: RayCluster): string {
  return checkLabel(`${metadata.name}-redis-cleanup`);
}

/** The claim on the volume where RocksDB keeps the control store's state: the user's own, or `{cluster}-gcs-pvc`. */
export function gcsClaimName({ metadata, spec }: RayCluster): string {
  return spec.gcsFaultToleranceOptions?.storage?.claimName || `${metadata.name}-gcs-pvc`;
}

/** `{cluster}-head`, or `{cluster}-workers-{group}`. Never shortened: the API lets policies have 253 characters. */
export function networkPolicyName({ metadata }: RayCluster, group: string): string {
  return group === HEAD_GROUP ? `${metadata.name}-head` : `${metadata.name}-workers-${group}`;
}
