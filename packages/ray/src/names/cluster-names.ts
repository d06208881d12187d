import type { RayCluster } from "../raycluster/types.ts";
import { LABEL, type NodeType } from "../vocabulary/labels.ts";
import { checkLabel, checkName } from "./bounded-names.ts";

/**
 * The longest name that a RayCluster may have: room for `-serve-svc`, the longest ending of a service (KubeRay rule).
 */
export const MAX_CLUSTER_NAME_LENGTH = 53;

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

/** The secret that holds the cluster's token: the user's own, or one named as the cluster. */
export function authSecretName({ metadata, spec }: RayCluster): string {
  return spec.authOptions?.secretName || checkName(metadata.name);
}

/** Value of {@link LABEL.identifier}. */
export function nodeIdentifier({ metadata }: RayCluster, nodeType: NodeType): string {
  return checkLabel(`${metadata.name}-${nodeType}`);
}
