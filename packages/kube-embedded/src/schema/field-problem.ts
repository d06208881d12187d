import type { FieldCause } from "@heliostat/kube";

/** The value is not of the type that the schema asks for, or not of its format. */
export function typeInvalidValue(field: string, value: unknown, detail: string): FieldCause {
  const message = `Invalid value: ${JSON.stringify(value)}: ${detail}`;
  return { reason: "FieldValueTypeInvalid", message, field };
}

/** A text of more than `limit` characters. The value itself is left out: it is long. */
export function tooLong(field: string, limit: number): FieldCause {
  const unit = limit === 1 ? "byte" : "bytes";
  return { reason: "FieldValueTooLong", message: `Too long: may not be more than ${limit} ${unit}`, field };
}

/** A list or map of `count` entries where at most `limit` may be. */
export function tooMany(field: string, count: number, limit: number): FieldCause {
  const unit = limit === 1 ? "item" : "items";
  const message = `Too many: ${count}: must have at most ${limit} ${unit}`;
  return { reason: "FieldValueTooMany", message, field };
}

/** The path of a member: `spec` and `replicas` give `spec.replicas`. */
export function memberPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
