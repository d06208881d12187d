/**
 * What Kubernetes' protobuf descriptors do not say. Go writes every field that is no pointer, also when it is zero, and
 * its JSON leaves such zeros out again; a zero behind a pointer was set on purpose and stays. The descriptors do not
 * know pointers, so the fields for which the usual guess is wrong stand here.
 */

/** Numbers and booleans are taken for pointers, so that `replicas: 0` survives. These are none: their zero says nothing. */
export const PLAIN_NUMBERS: readonly string[] = [
  ...plain("AWSElasticBlockStoreVolumeSource", "partition", "readOnly"),
  ...plain("AzureFilePersistentVolumeSource", "readOnly"),
  ...plain("AzureFileVolumeSource", "readOnly"),
  ...plain("CSIPersistentVolumeSource", "readOnly"),
  ...plain("CephFSPersistentVolumeSource", "readOnly"),
  ...plain("CephFSVolumeSource", "readOnly"),
  ...plain("CinderPersistentVolumeSource", "readOnly"),
  ...plain("CinderVolumeSource", "readOnly"),
  ...plain("Condition", "observedGeneration"),
  ...plain("Container", "stdin", "stdinOnce", "tty"),
  ...plain("ContainerImage", "sizeBytes"),
  ...plain("ContainerPort", "hostPort"),
  ...plain("ContainerStateTerminated", "signal"),
  ...plain("CustomResourceColumnDefinition", "priority"),
  ...plain("CustomResourceDefinitionSpec", "preserveUnknownFields"),
  ...plain("CustomResourceDefinitionVersion", "deprecated"),
  ...plain("DaemonSetSpec", "minReadySeconds"),
  ...plain("DaemonSetStatus", "numberAvailable", "numberUnavailable", "observedGeneration"),
  ...plain("DaemonSetStatus", "updatedNumberScheduled"),
  ...plain("DeploymentSpec", "minReadySeconds", "paused"),
  ...plain("DeploymentStatus", "availableReplicas", "observedGeneration", "readyReplicas", "replicas"),
  ...plain("DeploymentStatus", "unavailableReplicas", "updatedReplicas"),
  ...plain("EphemeralContainerCommon", "stdin", "stdinOnce", "tty"),
  ...plain("Event", "count", "deprecatedCount"),
  ...plain("core.v1.EventSeries", "count"),
  ...plain("FCVolumeSource", "readOnly"),
  ...plain("FlexPersistentVolumeSource", "readOnly"),
  ...plain("FlexVolumeSource", "readOnly"),
  ...plain("GCEPersistentDiskVolumeSource", "partition", "readOnly"),
  ...plain("GlusterfsPersistentVolumeSource", "readOnly"),
  ...plain("GlusterfsVolumeSource", "readOnly"),
  ...plain("autoscaling.v2.HorizontalPodAutoscalerStatus", "currentReplicas"),
  ...plain("ISCSIPersistentVolumeSource", "chapAuthDiscovery", "chapAuthSession", "readOnly"),
  ...plain("ISCSIVolumeSource", "chapAuthDiscovery", "chapAuthSession", "readOnly"),
  ...plain("JSONSchemaProps", "exclusiveMaximum", "exclusiveMinimum", "nullable", "uniqueItems"),
  ...plain("JSONSchemaProps", "xKubernetesEmbeddedResource", "xKubernetesIntOrString"),
  ...plain("JobStatus", "active", "failed", "succeeded"),
  ...plain("NFSVolumeSource", "readOnly"),
  ...plain("NodeSpec", "unschedulable"),
  ...plain("ObjectMeta", "generation"),
  ...plain("PersistentVolumeClaimVolumeSource", "readOnly"),
  ...plain("PodDisruptionBudgetStatus", "observedGeneration"),
  ...plain("PodSpec", "hostIPC", "hostNetwork", "hostPID"),
  ...plain("PortworxVolumeSource", "readOnly"),
  ...plain("PriorityClass", "globalDefault"),
  ...plain("Probe", "failureThreshold", "initialDelaySeconds", "periodSeconds"),
  ...plain("Probe", "successThreshold", "timeoutSeconds"),
  ...plain("QuobyteVolumeSource", "readOnly"),
  ...plain("RBDPersistentVolumeSource", "readOnly"),
  ...plain("RBDVolumeSource", "readOnly"),
  ...plain("ReplicaSetSpec", "minReadySeconds"),
  ...plain("ReplicaSetStatus", "availableReplicas", "fullyLabeledReplicas", "observedGeneration"),
  ...plain("ReplicaSetStatus", "readyReplicas"),
  ...plain("ScaleIOPersistentVolumeSource", "readOnly", "sslEnabled"),
  ...plain("ScaleIOVolumeSource", "readOnly", "sslEnabled"),
  ...plain("ServiceBackendPort", "number"),
  ...plain("ServicePort", "nodePort"),
  ...plain("ServiceSpec", "healthCheckNodePort", "publishNotReadyAddresses"),
  ...plain("StatefulSetSpec", "minReadySeconds"),
  ...plain("StatefulSetStatus", "availableReplicas", "currentReplicas", "observedGeneration"),
  ...plain("StatefulSetStatus", "readyReplicas", "updatedReplicas"),
  ...plain("Status", "code"),
  ...plain("StatusDetails", "retryAfterSeconds"),
  ...plain("StorageOSPersistentVolumeSource", "readOnly"),
  ...plain("StorageOSVolumeSource", "readOnly"),
  ...plain("SubjectAccessReviewStatus", "denied"),
  ...plain("TokenReviewStatus", "authenticated"),
  ...plain("VolumeMount", "readOnly"),
  ...plain("VolumeMountStatus", "readOnly"),
];

/** Texts are taken for plain, so that `""` says nothing. These are pointers: their `""` was set on purpose. */
export const POINTER_TEXTS: readonly string[] = [
  ...plain("CronJobSpec", "timeZone"),
  ...plain("DeleteOptions", "propagationPolicy"),
  ...plain("Endpoint", "hostname", "nodeName", "zone"),
  ...plain("discovery.v1.EndpointPort", "appProtocol", "name", "protocol"),
  ...plain("GRPCAction", "service"),
  ...plain("HostPathVolumeSource", "type"),
  ...plain("IngressSpec", "ingressClassName"),
  ...plain("LeaseSpec", "holderIdentity"),
  ...plain("PersistentVolumeClaimSpec", "storageClassName", "volumeAttributesClassName"),
  ...plain("PersistentVolumeSpec", "volumeAttributesClassName"),
  ...plain("PodDNSConfigOption", "value"),
  ...plain("PodSpec", "runtimeClassName"),
  ...plain("Preconditions", "resourceVersion", "uid"),
  ...plain("ServicePort", "appProtocol"),
  ...plain("ServiceSpec", "loadBalancerClass"),
  ...plain("TypedLocalObjectReference", "apiGroup"),
  ...plain("TypedObjectReference", "apiGroup", "namespace"),
];

/** An int-or-string whose zero Kubernetes takes for absent: the target port is then the port. */
export const PLAIN_INT_OR_STRINGS: readonly string[] = plain("ServicePort", "targetPort");

/** Fields whose JSON name is not the descriptor's. */
export const JSON_NAMES: Readonly<Record<string, string>> = {
  "BoundObjectReference.uID": "uid",
  "IngressClassParametersReference.aPIGroup": "apiGroup",
  "JSONSchemaProps.ref": "$ref",
  "JSONSchemaProps.schema": "$schema",
  "JSONSchemaProps.xKubernetesEmbeddedResource": "x-kubernetes-embedded-resource",
  "JSONSchemaProps.xKubernetesIntOrString": "x-kubernetes-int-or-string",
  "JSONSchemaProps.xKubernetesListMapKeys": "x-kubernetes-list-map-keys",
  "JSONSchemaProps.xKubernetesListType": "x-kubernetes-list-type",
  "JSONSchemaProps.xKubernetesMapType": "x-kubernetes-map-type",
  "JSONSchemaProps.xKubernetesPreserveUnknownFields": "x-kubernetes-preserve-unknown-fields",
  "JSONSchemaProps.xKubernetesValidations": "x-kubernetes-validations",
  "MutatingWebhookConfiguration.Webhooks": "webhooks",
  "ValidatingWebhookConfiguration.Webhooks": "webhooks",
};

function plain(message: string, ...fields: readonly string[]): readonly string[] {
  return fields.map((field) => `${message}.${field}`);
}
