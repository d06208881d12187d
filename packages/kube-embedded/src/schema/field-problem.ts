import type { FieldCause } from "@heliostat/kube";

/** `Required value`, with a detail where the field's name does not say enough. */
export function required(field: string, detail = ""): FieldCause {
  return { reason: "FieldValueRequired", message: withDetail("Required value", detail), field };
}

/** The value is of the right type but breaks a rule. */
export function invalid(field: string, value: unknown, detail: string): FieldCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${valueText(value)}: ${detail}`, field };
}

/** The value is not of the type that the schema asks for, or not of its format. */
export function typeInvalid(field: string, value: unknown, detail: string): FieldCause {
  return { reason: "FieldValueTypeInvalid", message: `Invalid value: ${valueText(value)}: ${detail}`, field };
}

/** The value is none of those that may stand here. */
export function notSupported(field: string, value: unknown, supported: readonly unknown[]): FieldCause {
  const texts = supported.map((each) => JSON.stringify(typeof each === "string" ? each : valueText(each)));
  return {
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${valueText(value)}: supported values: ${texts.join(", ")}`,
    field,
  };
}

/** A list that must not hold the same twice does. */
export function duplicate(field: string, value: unknown): FieldCause {
  return { reason: "FieldValueDuplicate", message: `Duplicate value: ${valueText(value)}`, field };
}

/** The field may not be set here at all. */
export function forbidden(field: string, detail: string): FieldCause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${detail}`, field };
}

/** A text of more than `limit` characters. The value itself is left out: it is long. */
export function tooLong(field: string, limit: number): FieldCause {
  const unit = limit === 1 ? "byte" : "bytes";
  return { reason: "FieldValueTooLong", message: `Too long: may not be more than ${limit} ${unit}`, field };
}

/** A list or map of `count` entries where at most `limit` may be. */
export function tooMany(field: string, count: number, limit: number): FieldCause {
  const unit = limit === 1 ? "item" : "items";
  return {
    reason: "FieldValueTooMany",
    message: `Too many: ${count}: must have at most ${limit} ${unit}`,
    field,
  };
}

/** The path of a member: `spec` and `replicas` give `spec.replicas`. */
export function memberPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function withDetail(text: string, detail: string): string {
  return detail === "" ? text : `${text}: ${detail}`;
}

/** As Kubernetes quotes values in messages: texts in quotation marks, everything else as JSON. */
function valueText(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
