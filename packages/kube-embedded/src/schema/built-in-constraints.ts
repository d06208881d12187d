import type { Schema } from "@heliostat/kube";
import { OWN_FORMATS } from "./formats.ts";

const LABEL: Schema = { format: OWN_FORMATS.label };
const COUNT: Schema = { minimum: 0 };
const PORT: Schema = { minimum: 1, maximum: 65535 };
const PROTOCOL: Schema = { enum: ["SCTP", "TCP", "UDP"] };
const QUANTITIES: Schema = {
  additionalProperties: { "x-kubernetes-int-or-string": true, format: OWN_FORMATS.quantity },
};
const CONTAINER: Readonly<Record<string, Schema>> = {
  name: LABEL,
  image: { minLength: 1 },
  imagePullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
};

/**
 * What the generated definitions of built-in kinds leave unsaid because Kubernetes checks it in code: the mistakes
 * that people make in manifests, on top of the field's own schema.
 */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  Container: CONTAINER,
  EphemeralContainer: CONTAINER,
  ContainerPort: { protocol: PROTOCOL },
  EnvVar: { name: { minLength: 1 } },
  HTTPGetAction: { scheme: { enum: ["HTTP", "HTTPS"] } },
  LabelSelectorRequirement: { operator: { enum: ["In", "NotIn", "Exists", "DoesNotExist"] } },
  PodSpec: {
    containers: { minItems: 1 },
    restartPolicy: { enum: ["Always", "OnFailure", "Never"] },
    dnsPolicy: { enum: ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"] },
  },
  Probe: {
    failureThreshold: COUNT,
    initialDelaySeconds: COUNT,
    periodSeconds: COUNT,
    successThreshold: COUNT,
    timeoutSeconds: COUNT,
  },
  ResourceRequirements: { limits: QUANTITIES, requests: QUANTITIES },
  VolumeResourceRequirements: { limits: QUANTITIES, requests: QUANTITIES },
  ServicePort: { port: PORT, protocol: PROTOCOL },
  ServiceSpec: {
    type: { enum: ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"] },
    sessionAffinity: { enum: ["ClientIP", "None"] },
  },
  DeploymentSpec: { replicas: COUNT, minReadySeconds: COUNT, revisionHistoryLimit: COUNT },
  ReplicaSetSpec: { replicas: COUNT, minReadySeconds: COUNT },
  ReplicationControllerSpec: { replicas: COUNT, minReadySeconds: COUNT },
  StatefulSetSpec: { replicas: COUNT, minReadySeconds: COUNT, revisionHistoryLimit: COUNT },
  ScaleSpec: { replicas: COUNT },
  JobSpec: {
    parallelism: COUNT,
    completions: COUNT,
    backoffLimit: COUNT,
    activeDeadlineSeconds: COUNT,
    ttlSecondsAfterFinished: COUNT,
  },
  Toleration: { operator: { enum: ["Equal", "Exists"] } },
  Volume: { name: LABEL },
  VolumeMount: { mountPath: { minLength: 1 } },
  CrossVersionObjectReference: { kind: { minLength: 1 }, name: { minLength: 1 } },
  CronJobSpec: { concurrencyPolicy: { enum: ["Allow", "Forbid", "Replace"] }, schedule: { minLength: 1 } },
};

/** Fields that Kubernetes demands although the published definitions call them optional. */
const DEMANDED: Readonly<Record<string, readonly string[]>> = {
  Container: ["image"],
  EphemeralContainer: ["image"],
};

/**
 * Lists of these may not hold the same key twice. Of other lists of built-in kinds the API server itself lets
 * duplicates through (environment variables, container ports), whatever their list type says.
 */
const UNIQUE_ITEMS: ReadonlySet<string> = new Set([
  "Container",
  "EphemeralContainer",
  "OwnerReference",
  "ServicePort",
  "Volume",
  "VolumeDevice",
]);

/** The definition of that name with its constraints merged into it. */
export function constrained(name: string, definition: Schema): Schema {
  const constraints = CONSTRAINTS[name];
  if (constraints === undefined) return definition;
  const properties = { ...definition.properties };
  for (const [field, constraint] of Object.entries(constraints)) {
    properties[field] = { ...properties[field], ...constraint };
  }
  const required = [...(definition.required ?? []), ...(DEMANDED[name] ?? [])];
  return { ...definition, properties, ...(required.length > 0 && { required }) };
}

/** Whether a list of a built-in kind must be free of duplicates. */
export function mustBeUnique(list: Schema): boolean {
  return UNIQUE_ITEMS.has(list.items?.$ref ?? "");
}
