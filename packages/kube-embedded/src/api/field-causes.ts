import type { FieldCause } from "@heliostat/kube";

/* One field's problem in Kubernetes' words (k8s.io/apimachinery: field.Error). */

export function requiredValue(field: string, detail = ""): FieldCause {
  return { reason: "FieldValueRequired", field, message: withDetail("Required value", detail) };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldCause {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${printed(value)}: ${detail}` };
}

export function forbiddenField(field: string, detail: string): FieldCause {
  return { reason: "FieldValueForbidden", field, message: `Forbidden: ${detail}` };
}

export function duplicateValue(field: string, value: unknown): FieldCause {
  return { reason: "FieldValueDuplicate", field, message: `Duplicate value: ${printed(value)}` };
}

export function missingReference(field: string, value: unknown): FieldCause {
  return { reason: "FieldValueNotFound", field, message: `Not found: ${printed(value)}` };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): FieldCause {
  const list = supported.map((each) => JSON.stringify(each)).join(", ");
  return {
    reason: "FieldValueNotSupported",
    field,
    message: `Unsupported value: ${printed(value)}: supported values: ${list}`,
  };
}

function withDetail(message: string, detail: string): string {
  return detail === "" ? message : `${message}: ${detail}`;
}

function printed(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
