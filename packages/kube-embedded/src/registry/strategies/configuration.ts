import {
  type ConfigMap,
  type FieldCause,
  type HorizontalPodAutoscaler,
  isEqualJson,
  type KubeObject,
  type NetworkPolicy,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimSpec,
  type Secret,
  type StorageClass,
} from "@heliostat/kube";
import { ACCOUNT_ANNOTATION, TOKEN_SECRET_TYPE } from "../../access/secret-tokens.ts";
import { forbiddenField, invalidValue, requiredValue } from "../../api/field-causes.ts";
import type { ResourceStrategy } from "../served-resource.ts";

export const CONFIG_MAP_STRATEGY: ResourceStrategy = {
  validate: (object, stored) => immutableProblems(object as ConfigMap, stored as ConfigMap | undefined),
};

export const SECRET_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedSecret(object as Secret),
  validate: (object, stored) => [
    ...typeProblems(object as Secret, stored as Secret | undefined),
    ...accountProblems(object as Secret),
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
};

export const NETWORK_POLICY_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedNetworkPolicy(object as NetworkPolicy),
};

export const LEASE_STRATEGY: ResourceStrategy = { allowsCreateOnUpdate: true };

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

function accountProblems({ type, metadata }: Secret): readonly FieldCause[] {
  if (type !== TOKEN_SECRET_TYPE || metadata.annotations?.[ACCOUNT_ANNOTATION]) return [];
  return [requiredValue(`metadata.annotations[${ACCOUNT_ANNOTATION}]`)];
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
  if (!stored || isEqualJson(frozenPart(spec, stored), frozenPart(stored.spec ?? {}, stored))) return [];
  return [forbiddenField("spec", CLAIM_FROZEN)];
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

function defaultedNetworkPolicy(policy: NetworkPolicy): NetworkPolicy {
  const { spec = {} } = policy;
  const policyTypes = spec.egress ? ["Ingress", "Egress"] : ["Ingress"];
  return { ...policy, spec: { podSelector: {}, policyTypes, ...spec } };
}
