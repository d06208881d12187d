import { ROLES, type Role, type RoleBinding, type ServiceAccount } from "@heliostat/kube";
import { autoscalerRoleName, autoscalerServiceAccountName } from "../names/cluster-names.ts";
import { RAY_CLUSTERS } from "../ray-resources.ts";
import { isAutoscaling } from "../raycluster/autoscaling.ts";
import { clusterLabels, ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";

/**
 * Whether the autoscaler needs an account that the operator makes. One that the head's template names is the user's:
 * it must exist before the cluster does (KubeRay rule). Role and binding are made in either case.
 */
export function needsAutoscalerAccount({ spec }: RayCluster): boolean {
  return isAutoscaling(spec) && !spec.headGroupSpec.template.spec?.serviceAccountName;
}

/** The account under which the head's autoscaler talks to Kubernetes, as KubeRay makes it. */
export function autoscalerServiceAccount(cluster: RayCluster): ServiceAccount {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: ownedMetadata(cluster, autoscalerServiceAccountName(cluster), clusterLabels(cluster)),
  };
}

/**
 * What the autoscaler may do: watch pods, resize them, and write the cluster's number of replicas (KubeRay rule). An
 * operator can grant only what it has been granted itself.
 */
export function autoscalerRole(cluster: RayCluster): Role {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: ownedMetadata(cluster, autoscalerRoleName(cluster), clusterLabels(cluster)),
    rules: [
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "patch"] },
      { apiGroups: [""], resources: ["pods/resize"], verbs: ["patch"] },
      { apiGroups: [RAY_CLUSTERS.group], resources: [RAY_CLUSTERS.plural], verbs: ["get", "patch"] },
    ],
  };
}

/** Gives that role to the account, be it ours or the user's. */
export function autoscalerRoleBinding(cluster: RayCluster): RoleBinding {
  const { namespace } = cluster.metadata;
  const account = autoscalerServiceAccountName(cluster);
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: ownedMetadata(cluster, autoscalerRoleName(cluster), clusterLabels(cluster)),
    subjects: [{ kind: "ServiceAccount", name: account, ...(namespace !== undefined && { namespace }) }],
    roleRef: { apiGroup: ROLES.group, kind: "Role", name: autoscalerRoleName(cluster) },
  };
}
