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
