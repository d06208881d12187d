import { type FieldCause, KubeError } from "@heliostat/kube";

/** The query asks for something that cannot be: Kubernetes validates its options like an object, a `CreateOptions`. */
export function invalidOptions(kind: string, cause: FieldCause): KubeError {
  return new KubeError("Invalid", `${kind}.meta.k8s.io "" is invalid: ${cause.field}: ${cause.message}`, {
    causes: [cause],
    about: { group: "meta.k8s.io", kind },
  });
}

export function forbidden(field: string, why: string): FieldCause {
  return { reason: "FieldValueForbidden", field, message: `Forbidden: ${why}` };
}

export function notSupported(field: string, value: string, supported: readonly string[]): FieldCause {
  const values = supported.map((each) => `"${each}"`).join(", ");
  return {
    reason: "FieldValueNotSupported",
    field,
    message: `Unsupported value: "${value}": supported values: ${values}`,
  };
}
