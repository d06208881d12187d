import type { Schema } from "../../packages/kube/src/schemas.ts";

/**
 * What the Kubernetes API conventions fix but the typed models do not carry: which kinds we serve, list keys,
 * merge strategies, atomic structs, quantities, defaults and enums. One table, so that server-side apply,
 * strategic merge, CRD schemas and `kubectl explain` all read the same facts.
 */

/** Model of the typed client → the group/version/kind that it is the root of. `""` is the core group. */
export const ROOTS: Readonly<Record<string, readonly [group: string, version: string, kind: string]>> = {
  V1Namespace: ["", "v1", "Namespace"],
  V1Node: ["", "v1", "Node"],
  V1Pod: ["", "v1", "Pod"],
  V1PodTemplate: ["", "v1", "PodTemplate"],
  V1Service: ["", "v1", "Service"],
  V1ServiceAccount: ["", "v1", "ServiceAccount"],
  V1Secret: ["", "v1", "Secret"],
  V1ConfigMap: ["", "v1", "ConfigMap"],
  CoreV1Event: ["", "v1", "Event"],
  V1Endpoints: ["", "v1", "Endpoints"],
  V1PersistentVolumeClaim: ["", "v1", "PersistentVolumeClaim"],
  V1PersistentVolume: ["", "v1", "PersistentVolume"],
  V1ResourceQuota: ["", "v1", "ResourceQuota"],
  V1LimitRange: ["", "v1", "LimitRange"],
  V1Binding: ["", "v1", "Binding"],
  EventsV1Event: ["events.k8s.io", "v1", "Event"],
  V1EndpointSlice: ["discovery.k8s.io", "v1", "EndpointSlice"],
  V1Lease: ["coordination.k8s.io", "v1", "Lease"],
  V1Deployment: ["apps", "v1", "Deployment"],
  V1ReplicaSet: ["apps", "v1", "ReplicaSet"],
  V1StatefulSet: ["apps", "v1", "StatefulSet"],
  V1DaemonSet: ["apps", "v1", "DaemonSet"],
  V1ControllerRevision: ["apps", "v1", "ControllerRevision"],
  V1Job: ["batch", "v1", "Job"],
  V1CronJob: ["batch", "v1", "CronJob"],
  V2HorizontalPodAutoscaler: ["autoscaling", "v2", "HorizontalPodAutoscaler"],
  V1Scale: ["autoscaling", "v1", "Scale"],
  V1PodDisruptionBudget: ["policy", "v1", "PodDisruptionBudget"],
  V1Eviction: ["policy", "v1", "Eviction"],
  V1Role: ["rbac.authorization.k8s.io", "v1", "Role"],
  V1RoleBinding: ["rbac.authorization.k8s.io", "v1", "RoleBinding"],
  V1ClusterRole: ["rbac.authorization.k8s.io", "v1", "ClusterRole"],
  V1ClusterRoleBinding: ["rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"],
  V1Ingress: ["networking.k8s.io", "v1", "Ingress"],
  V1IngressClass: ["networking.k8s.io", "v1", "IngressClass"],
  V1NetworkPolicy: ["networking.k8s.io", "v1", "NetworkPolicy"],
  V1PriorityClass: ["scheduling.k8s.io", "v1", "PriorityClass"],
  V1StorageClass: ["storage.k8s.io", "v1", "StorageClass"],
  V1RuntimeClass: ["node.k8s.io", "v1", "RuntimeClass"],
  V1CustomResourceDefinition: ["apiextensions.k8s.io", "v1", "CustomResourceDefinition"],
  AuthenticationV1TokenRequest: ["authentication.k8s.io", "v1", "TokenRequest"],
  V1TokenReview: ["authentication.k8s.io", "v1", "TokenReview"],
  V1SelfSubjectReview: ["authentication.k8s.io", "v1", "SelfSubjectReview"],
  V1SubjectAccessReview: ["authorization.k8s.io", "v1", "SubjectAccessReview"],
  V1SelfSubjectAccessReview: ["authorization.k8s.io", "v1", "SelfSubjectAccessReview"],
  V1LocalSubjectAccessReview: ["authorization.k8s.io", "v1", "LocalSubjectAccessReview"],
  V1SelfSubjectRulesReview: ["authorization.k8s.io", "v1", "SelfSubjectRulesReview"],
};

/** Models whose short name would clash with another's, or with a JavaScript global, get this one instead. */
export const RENAMED: Readonly<Record<string, string>> = {
  CoreV1Event: "CoreEvent",
  EventsV1Event: "Event",
  EventsV1EventSeries: "EventSeries",
  CoreV1EventSeries: "CoreEventSeries",
  CoreV1EndpointPort: "EndpointsPort",
  DiscoveryV1EndpointPort: "EndpointPort",
  RbacV1Subject: "Subject",
  CoreV1ResourceClaim: "ContainerResourceClaim",
  ApiextensionsV1ServiceReference: "WebhookServiceReference",
  ApiextensionsV1WebhookClientConfig: "ConversionWebhookClientConfig",
  AuthenticationV1TokenRequest: "TokenRequest",
  StorageV1TokenRequest: "StorageTokenRequest",
};

/** `x-kubernetes-list-type: map` and its keys. */
export const LIST_MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  "Container.env": ["name"],
  "Container.ports": ["containerPort", "protocol"],
  "Container.volumeDevices": ["devicePath"],
  "Container.volumeMounts": ["mountPath"],
  "EphemeralContainer.env": ["name"],
  "EphemeralContainer.ports": ["containerPort", "protocol"],
  "EphemeralContainer.volumeDevices": ["devicePath"],
  "EphemeralContainer.volumeMounts": ["mountPath"],
  "ResourceRequirements.claims": ["name"],
  "PodSpec.containers": ["name"],
  "PodSpec.initContainers": ["name"],
  "PodSpec.ephemeralContainers": ["name"],
  "PodSpec.hostAliases": ["ip"],
  "PodSpec.imagePullSecrets": ["name"],
  "PodSpec.resourceClaims": ["name"],
  "PodSpec.schedulingGates": ["name"],
  "PodSpec.topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
  "PodSpec.volumes": ["name"],
  "PodStatus.conditions": ["type"],
  "PodStatus.podIPs": ["ip"],
  "PodStatus.resourceClaimStatuses": ["name"],
  "ServiceSpec.ports": ["port", "protocol"],
  "ServiceStatus.conditions": ["type"],
  "NodeStatus.addresses": ["type"],
  "NodeStatus.conditions": ["type"],
  "NamespaceStatus.conditions": ["type"],
  "PersistentVolumeClaimStatus.conditions": ["type"],
  "DeploymentStatus.conditions": ["type"],
  "ReplicaSetStatus.conditions": ["type"],
  "StatefulSetStatus.conditions": ["type"],
  "DaemonSetStatus.conditions": ["type"],
  "HorizontalPodAutoscalerStatus.conditions": ["type"],
  "PodDisruptionBudgetStatus.conditions": ["type"],
  "ServiceAccount.secrets": ["name"],
  "ObjectMeta.ownerReferences": ["uid"],
  "CustomResourceDefinitionStatus.conditions": ["type"],
};

/** `x-kubernetes-list-type: set`. */
export const LIST_SETS: readonly string[] = [
  "ObjectMeta.finalizers",
  "NodeSpec.podCIDRs",
  "Endpoint.addresses",
  "ContainerRestartRuleOnExitCodes.values",
  "UncountedTerminatedPods.failed",
  "UncountedTerminatedPods.succeeded",
];

/** Strategic-merge keys: where they differ from the list-map keys, this table wins. `+` marks retainKeys. */
export const PATCH_MERGE_KEYS: Readonly<Record<string, string>> = {
  "Container.ports": "containerPort",
  "EphemeralContainer.ports": "containerPort",
  "PodSpec.topologySpreadConstraints": "topologyKey",
  "PodSpec.volumes": "+name",
  "PodSpec.resourceClaims": "+name",
  "PodStatus.hostIPs": "ip",
  "ServiceSpec.ports": "port",
  "JobStatus.conditions": "type",
};

/** Structs that server-side apply treats as one value (`x-kubernetes-map-type: atomic`). */
export const ATOMIC_STRUCTS: readonly string[] = [
  "LabelSelector",
  "ObjectReference",
  "LocalObjectReference",
  "TypedLocalObjectReference",
  "SecretKeySelector",
  "ConfigMapKeySelector",
  "NodeSelector",
  "NodeSelectorTerm",
  "ResourceFieldSelector",
  "ObjectFieldSelector",
  "SecretReference",
  "ScopeSelector",
  "TopologySelectorTerm",
  "FileKeySelector",
  "EndpointAddress",
  "EndpointsPort",
  "EndpointPort",
  "Subject",
  "RoleRef",
  "OwnerReference",
  "CrossVersionObjectReference",
  "ServiceBackendPort",
];

/** Maps that server-side apply treats as one value. */
export const ATOMIC_MAPS: readonly string[] = ["PodSpec.nodeSelector", "ServiceSpec.selector"];

/** Fields that hold a resource quantity (`x-kubernetes-int-or-string` in a CRD schema), by `Struct.field`. */
export const QUANTITIES: readonly string[] = [
  "ResourceRequirements.limits",
  "ResourceRequirements.requests",
  "VolumeResourceRequirements.limits",
  "VolumeResourceRequirements.requests",
  "PodSpec.overhead",
  "ResourceFieldSelector.divisor",
  "EmptyDirVolumeSource.sizeLimit",
  "ResourceQuotaSpec.hard",
  "ResourceQuotaStatus.hard",
  "ResourceQuotaStatus.used",
  "LimitRangeItem._default",
  "LimitRangeItem.default",
  "LimitRangeItem.defaultRequest",
  "LimitRangeItem.max",
  "LimitRangeItem.maxLimitRequestRatio",
  "LimitRangeItem.min",
  "NodeStatus.allocatable",
  "NodeStatus.capacity",
  "PersistentVolumeSpec.capacity",
  "PersistentVolumeClaimStatus.capacity",
  "PersistentVolumeClaimStatus.allocatedResources",
  "ContainerStatus.allocatedResources",
  "MetricTarget.averageValue",
  "MetricTarget.value",
  "MetricValueStatus.averageValue",
  "MetricValueStatus.value",
];

const DECIMAL = "(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))";

/** The schema of a quantity: a number, or a string that reads as one (`500m`, `4Gi`, `1e3`). */
export const QUANTITY: Schema = {
  anyOf: [{ type: "integer" }, { type: "string" }],
  pattern: `^(\\+|-)?${DECIMAL}(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?${DECIMAL}))?$`,
  "x-kubernetes-int-or-string": true,
};

/** Defaults that the published schemas carry. */
export const DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  "ContainerPort.protocol": "TCP",
  "ServicePort.protocol": "TCP",
  "LocalObjectReference.name": "",
  "SecretKeySelector.name": "",
  "ConfigMapKeySelector.name": "",
  "ConfigMapVolumeSource.name": "",
  "ConfigMapProjection.name": "",
  "SecretProjection.name": "",
  "ConfigMapEnvSource.name": "",
  "SecretEnvSource.name": "",
  "GRPCAction.service": "",
  "FileKeySelector.optional": false,
  "AzureDiskVolumeSource.fsType": "ext4",
  "AzureDiskVolumeSource.readOnly": false,
  "ISCSIVolumeSource.iscsiInterface": "default",
  "RBDVolumeSource.keyring": "/etc/ceph/keyring",
  "RBDVolumeSource.pool": "rbd",
  "RBDVolumeSource.user": "admin",
  "ScaleIOVolumeSource.fsType": "xfs",
  "ScaleIOVolumeSource.storageMode": "ThinProvisioned",
};
