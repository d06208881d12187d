import {
  type ConfigMap,
  type FieldCause,
  type HorizontalPodAutoscaler,
  isEqualJson,
  type KubeObject,
  type Lease,
  type LimitRange,
  type LimitRangeItem,
  type NetworkPolicy,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimSpec,
  parseQuantity,
  type Secret,
  type StorageClass,
} from "@heliostat/kube";
import { forbiddenField, invalidValue, requiredValue } from "../../api/field-causes.ts";
import type { ResourceStrategy } from "../served-resource.ts";
import { contentProblems, secretTypeProblems } from "./data-rules.ts";

export const CONFIG_MAP_STRATEGY: ResourceStrategy = {
  validate: (object, stored) => [
    ...contentProblems(object as ConfigMap),
    ...immutableProblems(object as ConfigMap, stored as ConfigMap | undefined),
  ],
};

export const SECRET_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedSecret(object as Secret),
  validate: (object, stored) => [
    ...typeProblems(object as Secret, stored as Secret | undefined),
    ...contentProblems(object as Secret),
    ...secretTypeProblems(object as Secret),
    ...immutableProblems(object as Secret, stored as Secret | undefined),
  ],
};

export const CLAIM_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedClaim(object as PersistentVolumeClaim),
  prepareForCreate: (object) => ({ ...object, status: { phase: "Pending" } }) as KubeObject,
  validate: (object, stored) =>
    claimProblems(object as PersistentVolumeClaim, stored as PersistentVolumeClaim | undefined),
};

export const VOLUME_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedVolume(object as PersistentVolume),
  prepareForCreate: (object) => ({ ...object, status: { phase: "Pending" } }) as KubeObject,
};

export const STORAGE_CLASS_STRATEGY: ResourceStrategy = {
  defaults: (object) =>
    ({ reclaimPolicy: "Delete", volumeBindingMode: "Immediate", ...(object as StorageClass) }) as KubeObject,
};

export const AUTOSCALER_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedAutoscaler(object as HorizontalPodAutoscaler),
  validate: (object) => autoscalerProblems(object as HorizontalPodAutoscaler),
};

export const NETWORK_POLICY_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedNetworkPolicy(object as NetworkPolicy),
};

export const LIMIT_RANGE_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedLimitRange(object as LimitRange),
};

export const LEASE_STRATEGY: ResourceStrategy = {
  allowsCreateOnUpdate: true,
  validate: (object) => leaseProblems(object as Lease),
};

export const NODE_STRATEGY: ResourceStrategy = { keepsStatusOnCreate: true };

/** Kinds of which Kubernetes counts the generations and knows no more. */
export const COUNTED_STRATEGY: ResourceStrategy = { tracksGeneration: true };

/** `stringData` is a way to write `data`; nobody ever reads it. */
function defaultedSecret(secret: Secret): Secret {
  const { stringData, ...given } = secret;
  const rest = given.data ? { ...given, data: unwrapped(given.data) } : given;
  if (!stringData) return { type: "Opaque", ...rest };
  const encoded = Object.entries(stringData).map(
    ([key, text]) => [key, Buffer.from(text).toString("base64")] as const,
  );
  return { type: "Opaque", ...rest, data: { ...rest.data, ...Object.fromEntries(encoded) } };
}

/** Base64 as one line: Go, which Kubernetes decodes it with, passes over line breaks and writes none. */
function unwrapped(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [
      key,
      typeof text === "string" ? text.replaceAll(/[\r\n]/g, "") : text,
    ]),
  );
}

function typeProblems({ type }: Secret, stored: Secret | undefined): readonly FieldCause[] {
  if (!stored || stored.type === type) return [];
  return [invalidValue("type", type, "field is immutable")];
}

function immutableProblems(
  object: ConfigMap | Secret,
  stored: ConfigMap | Secret | undefined,
): readonly FieldCause[] {
  if (!stored?.immutable) return [];
  const detail = "field is immutable when `immutable` is set";
  const fields = ["immutable", "data", "binaryData"] as const;
  const at = (from: object, field: string): unknown => (from as Readonly<Record<string, unknown>>)[field];
  return fields
    .filter((field) => !isEqualJson(at(object, field), at(stored, field)))
    .map((field) => forbiddenField(field, detail));
}

export function defaultedClaim(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  return { ...claim, spec: { volumeMode: "Filesystem", ...claim.spec } };
}

const CLAIM_FROZEN =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

function claimProblems(
  { spec = {} }: PersistentVolumeClaim,
  stored: PersistentVolumeClaim | undefined,
): readonly FieldCause[] {
  if (!stored) return newClaimProblems(spec);
  const isFrozenPartKept = isEqualJson(frozenPart(spec, stored), frozenPart(stored.spec ?? {}, stored));
  return [
    ...(isFrozenPartKept ? [] : [forbiddenField("spec", CLAIM_FROZEN)]),
    ...shrunkProblems(spec, stored),
  ];
}

/** A claim may ask for less than before while it waits to grow, yet for more than it already has. */
function shrunkProblems(
  spec: PersistentVolumeClaimSpec,
  { spec: old = {}, status = {} }: PersistentVolumeClaim,
): readonly FieldCause[] {
  const wanted = storageIn(spec.resources?.requests);
  const isKept = wanted >= storageIn(old.resources?.requests) || wanted > storageIn(status.capacity);
  if (isKept) return [];
  return [forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity")];
}

function storageIn(amounts: Readonly<Record<string, string | number>> | undefined): number {
  return parseQuantity(amounts?.["storage"] ?? "0") ?? 0;
}

function newClaimProblems({ accessModes = [], resources }: PersistentVolumeClaimSpec): readonly FieldCause[] {
  const hasSize = resources?.requests?.["storage"] !== undefined;
  return [
    ...(accessModes.length > 0
      ? []
      : [requiredValue("spec.accessModes", "at least 1 access mode is required")]),
    ...(hasSize ? [] : [requiredValue("spec.resources[storage]")]),
  ];
}

/** An unbound claim may still get its volume, or the class that it leaves open. */
function frozenPart(spec: PersistentVolumeClaimSpec, stored: PersistentVolumeClaim): unknown {
  const { resources: _, volumeAttributesClassName: __, ...rest } = spec;
  const { volumeName, storageClassName } = stored.spec ?? {};
  return {
    ...rest,
    volumeName: volumeName === undefined ? "" : spec.volumeName,
    storageClassName: storageClassName === undefined ? "" : spec.storageClassName,
  };
}

function defaultedVolume(volume: PersistentVolume): PersistentVolume {
  return {
    ...volume,
    spec: { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem", ...volume.spec },
  };
}

function defaultedAutoscaler(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { spec } = autoscaler;
  const cpu = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
  };
  return { ...autoscaler, spec: { minReplicas: 1, metrics: [cpu], ...spec } };
}

function autoscalerProblems({ spec }: HorizontalPodAutoscaler): readonly FieldCause[] {
  const { minReplicas = 1, maxReplicas = 0 } = spec ?? {};
  const field = "spec.maxReplicas";
  return [
    ...(minReplicas < 1
      ? [invalidValue("spec.minReplicas", minReplicas, "must be greater than or equal to 1")]
      : []),
    ...(maxReplicas < 1 ? [invalidValue(field, maxReplicas, "must be greater than 0")] : []),
    ...(maxReplicas < minReplicas
      ? [invalidValue(field, maxReplicas, "must be greater than or equal to `minReplicas`")]
      : []),
  ];
}

function defaultedLimitRange(range: LimitRange): LimitRange {
  const { spec } = range;
  return spec ? { ...range, spec: { ...spec, limits: spec.limits.map(defaultedLimit) } } : range;
}

/** Who says how much a container may have at most says what it gets (Kubernetes' defaults of a limit range). */
function defaultedLimit(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== "Container") return item;
  const limit = { ...item.max, ...item.default };
  const request = { ...item.min, ...limit, ...item.defaultRequest };
  return {
    ...item,
    ...(Object.keys(limit).length > 0 && { default: limit }),
    ...(Object.keys(request).length > 0 && { defaultRequest: request }),
  };
}

function leaseProblems({ spec = {} }: Lease): readonly FieldCause[] {
  const { leaseDurationSeconds: seconds = 1, leaseTransitions: transitions = 0 } = spec;
  return [
    ...(seconds > 0 ? [] : [invalidValue("spec.leaseDurationSeconds", seconds, "must be greater than 0")]),
    ...(transitions >= 0
      ? []
      : [invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0")]),
  ];
}

function defaultedNetworkPolicy(policy: NetworkPolicy): NetworkPolicy {
  const { spec = {} } = policy;
  const policyTypes = spec.egress ? ["Ingress", "Egress"] : ["Ingress"];
  return { ...policy, spec: { podSelector: {}, policyTypes, ...spec } };
}
