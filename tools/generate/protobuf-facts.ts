/**
 * What Kubernetes' protobuf descriptors do not say. Go writes every field that is no pointer, also when it is zero, and
 * its JSON leaves such zeros out again; a zero behind a pointer was set on purpose and stays. The descriptors do not
 * know pointers, so the fields for which the usual guess is wrong stand here.
 */

/** Numbers and booleans are taken for pointers, so that `replicas: 0` survives. These are none: their zero says nothing. */
export const PLAIN_NUMBERS: readonly string[] = [
  ...fieldsOf("AWSElasticBlockStoreVolumeSource", "partition", "readOnly"),
  ...fieldsOf("AzureFilePersistentVolumeSource", "readOnly"),
  ...fieldsOf("AzureFileVolumeSource", "readOnly"),
  ...fieldsOf("CSIPersistentVolumeSource", "readOnly"),
  ...fieldsOf("CephFSPersistentVolumeSource", "readOnly"),
  ...fieldsOf("CephFSVolumeSource", "readOnly"),
  ...fieldsOf("CinderPersistentVolumeSource", "readOnly"),
  ...fieldsOf("CinderVolumeSource", "readOnly"),
  ...fieldsOf("Condition", "observedGeneration"),
  ...fieldsOf("Container", "stdin", "stdinOnce", "tty"),
  ...fieldsOf("ContainerImage", "sizeBytes"),
  ...fieldsOf("ContainerPort", "hostPort"),
  ...fieldsOf("ContainerStateTerminated", "signal"),
  ...fieldsOf("CustomResourceColumnDefinition", "priority"),
  ...fieldsOf("CustomResourceDefinitionSpec", "preserveUnknownFields"),
  ...fieldsOf("CustomResourceDefinitionVersion", "deprecated"),
  ...fieldsOf("DaemonSetSpec", "minReadySeconds"),
  ...fieldsOf("DaemonSetStatus", "numberAvailable", "numberUnavailable", "observedGeneration"),
  ...fieldsOf("DaemonSetStatus", "updatedNumberScheduled"),
  ...fieldsOf("DeploymentSpec", "minReadySeconds", "paused"),
  ...fieldsOf("DeploymentStatus", "availableReplicas", "observedGeneration", "readyReplicas", "replicas"),
  ...fieldsOf("DeploymentStatus", "unavailableReplicas", "updatedReplicas"),
  ...fieldsOf("EphemeralContainerCommon", "stdin", "stdinOnce", "tty"),
  ...fieldsOf("Event", "count", "deprecatedCount"),
  ...fieldsOf("core.v1.EventSeries", "count"),
  ...fieldsOf("FCVolumeSource", "readOnly"),
  ...fieldsOf("FlexPersistentVolumeSource", "readOnly"),
  ...fieldsOf("FlexVolumeSource", "readOnly"),
  ...fieldsOf("GCEPersistentDiskVolumeSource", "partition", "readOnly"),
  ...fieldsOf("GlusterfsPersistentVolumeSource", "readOnly"),
  ...fieldsOf("GlusterfsVolumeSource", "readOnly"),
  ...fieldsOf("autoscaling.v2.HorizontalPodAutoscalerStatus", "currentReplicas"),
  ...fieldsOf("ISCSIPersistentVolumeSource", "chapAuthDiscovery", "chapAuthSession", "readOnly"),
  ...fieldsOf("ISCSIVolumeSource", "chapAuthDiscovery", "chapAuthSession", "readOnly"),
  ...fieldsOf("JSONSchemaProps", "exclusiveMaximum", "exclusiveMinimum", "nullable", "uniqueItems"),
  ...fieldsOf("JSONSchemaProps", "xKubernetesEmbeddedResource", "xKubernetesIntOrString"),
  ...fieldsOf("JobStatus", "active", "failed", "succeeded"),
  ...fieldsOf("NFSVolumeSource", "readOnly"),
  ...fieldsOf("NodeSpec", "unschedulable"),
  ...fieldsOf("ObjectMeta", "generation"),
  ...fieldsOf("PersistentVolumeClaimVolumeSource", "readOnly"),
  ...fieldsOf("PodDisruptionBudgetStatus", "observedGeneration"),
  ...fieldsOf("PodSpec", "hostIPC", "hostNetwork", "hostPID"),
  ...fieldsOf("PortworxVolumeSource", "readOnly"),
  ...fieldsOf("PriorityClass", "globalDefault"),
  ...fieldsOf("Probe", "failureThreshold", "initialDelaySeconds", "periodSeconds"),
  ...fieldsOf("Probe", "successThreshold", "timeoutSeconds"),
  ...fieldsOf("QuobyteVolumeSource", "readOnly"),
  ...fieldsOf("RBDPersistentVolumeSource", "readOnly"),
  ...fieldsOf("RBDVolumeSource", "readOnly"),
  ...fieldsOf("ReplicaSetSpec", "minReadySeconds"),
  ...fieldsOf("ReplicaSetStatus", "availableReplicas", "fullyLabeledReplicas", "observedGeneration"),
  ...fieldsOf("ReplicaSetStatus", "readyReplicas"),
  ...fieldsOf("ScaleIOPersistentVolumeSource", "readOnly", "sslEnabled"),
  ...fieldsOf("ScaleIOVolumeSource", "readOnly", "sslEnabled"),
  ...fieldsOf("ServiceBackendPort", "number"),
  ...fieldsOf("ServicePort", "nodePort"),
  ...fieldsOf("ServiceSpec", "healthCheckNodePort", "publishNotReadyAddresses"),
  ...fieldsOf("StatefulSetSpec", "minReadySeconds"),
  ...fieldsOf("StatefulSetStatus", "availableReplicas", "currentReplicas", "observedGeneration"),
  ...fieldsOf("StatefulSetStatus", "readyReplicas", "updatedReplicas"),
  ...fieldsOf("Status", "code"),
  ...fieldsOf("StatusDetails", "retryAfterSeconds"),
  ...fieldsOf("StorageOSPersistentVolumeSource", "readOnly"),
  ...fieldsOf("StorageOSVolumeSource", "readOnly"),
  ...fieldsOf("SubjectAccessReviewStatus", "denied"),
  ...fieldsOf("TokenReviewStatus", "authenticated"),
  ...fieldsOf("VolumeMount", "readOnly"),
  ...fieldsOf("VolumeMountStatus", "readOnly"),
];

/** Texts are taken for plain, so that `""` says nothing. These are pointers: their `""` was set on purpose. */
export const POINTER_TEXTS: readonly string[] = [
  ...fieldsOf("CronJobSpec", "timeZone"),
  ...fieldsOf("DeleteOptions", "propagationPolicy"),
  ...fieldsOf("Endpoint", "hostname", "nodeName", "zone"),
  ...fieldsOf("discovery.v1.EndpointPort", "appProtocol", "name", "protocol"),
  ...fieldsOf("GRPCAction", "service"),
  ...fieldsOf("HostPathVolumeSource", "type"),
  ...fieldsOf("IngressSpec", "ingressClassName"),
  ...fieldsOf("LeaseSpec", "holderIdentity"),
  ...fieldsOf("PersistentVolumeClaimSpec", "storageClassName", "volumeAttributesClassName"),
  ...fieldsOf("PersistentVolumeSpec", "volumeAttributesClassName"),
  ...fieldsOf("PodDNSConfigOption", "value"),
  ...fieldsOf("PodSpec", "runtimeClassName"),
  ...fieldsOf("Preconditions", "resourceVersion", "uid"),
  ...fieldsOf("ServicePort", "appProtocol"),
  ...fieldsOf("ServiceSpec", "loadBalancerClass"),
  ...fieldsOf("TypedLocalObjectReference", "apiGroup"),
  ...fieldsOf("TypedObjectReference", "apiGroup", "namespace"),
];

/** An int-or-string whose zero Kubernetes takes for absent: the target port is then the port. */
export const PLAIN_INT_OR_STRINGS: readonly string[] = fieldsOf("ServicePort", "targetPort");

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

function fieldsOf(message: string, ...fields: readonly string[]): readonly string[] {
  return fields.map((field) => `${message}.${field}`);
}
