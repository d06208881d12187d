import type { Schema } from "../../packages/kube/src/schemas.ts";

/**
 * Structs that a CRD merges as one value and a built-in kind field by field: each embeds a reference that is atomic,
 * and KubeRay's CRDs carry that mark over.
 */
export const ATOMIC_IN_CRDS: readonly string[] = [
  "ConfigMapEnvSource",
  "ConfigMapProjection",
  "ConfigMapVolumeSource",
  "SecretEnvSource",
  "SecretProjection",
];

/** A condition with the bounds that Kubernetes' API conventions set. Built-in kinds check them in code, CRDs here. */
export const CONDITION: Schema = {
  type: "object",
  required: ["lastTransitionTime", "message", "reason", "status", "type"],
  properties: {
    lastTransitionTime: { type: "string", format: "date-time" },
    message: { type: "string", maxLength: 32768 },
    observedGeneration: { type: "integer", format: "int64", minimum: 0 },
    reason: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    },
    status: { type: "string", enum: ["True", "False", "Unknown"] },
    type: {
      type: "string",
      maxLength: 316,
      pattern:
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    },
  },
};
