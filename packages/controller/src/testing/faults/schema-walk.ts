import type { Json, Schema } from "@heliostat/kube";

/** A value for one field of a spec, and where it goes. */
export interface FieldValue {
  /** Names of members and, in lists, numbers. */
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

/** How far a walk goes below the spec: a pod template in a group is walked down to the fields of its containers. */
const MAX_DEPTH = 7;

/**
 * For every field that a schema knows, what people write into it: something usual, the least and the most of its kind,
 * and something of the wrong kind.
 */
export function fieldValues(schema: Schema): readonly FieldValue[] {
  return fieldsOf(schema, []).flatMap(({ path, schema: field }) =>
    valuesFor(field).map((value) => ({ path, value })),
  );
}

/** `object` with another value at a path; what lacks on the way is made. */
export function withValue(object: Json, { path, value }: FieldValue): Json {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number") {
    const list = Array.isArray(object) ? [...object] : [];
    list[first] = withValue(list[first] ?? {}, { path: rest, value });
    return list;
  }
  const members = isMembers(object) ? object : {};
  return { ...members, [first]: withValue(members[first] ?? null, { path: rest, value }) };
}

interface Field {
  readonly path: FieldValue["path"];
  readonly schema: Schema;
}

function fieldsOf(schema: Schema, path: FieldValue["path"]): readonly Field[] {
  if (path.length > MAX_DEPTH) return [];
  const here = path.length > 0 ? [{ path, schema }] : [];
  if (schema.type === "array" && schema.items) return [...here, ...fieldsOf(schema.items, [...path, 0])];
  const members = Object.entries(schema.properties ?? {});
  return [...here, ...members.flatMap(([name, member]) => fieldsOf(member, [...path, name]))];
}

function valuesFor(schema: Schema): readonly Json[] {
  if (schema["x-kubernetes-int-or-string"]) return ["1", "not a quantity", -1, true];
  switch (schema.type) {
    case "string":
      return [String(schema.enum?.[0] ?? "harness"), "", `${"x".repeat(300)} `, 7];
    case "integer":
    case "number":
      return [3, 0, -1, "three"];
    case "boolean":
      return [true, false, "yes"];
    case "array":
      return [[], "none"];
    default:
      return [{}, "none"];
  }
}

function isMembers(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
