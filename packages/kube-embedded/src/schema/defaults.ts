import type { KubeObject, Schema } from "@heliostat/kube";
import { isJsonObject, type JsonObject, mapItems, mapMembers } from "./json-value.ts";
import { membersOf } from "./schema-members.ts";
import type { SchemaScope } from "./schema-scope.ts";

/**
 * `object` with the schema's defaults in it. A `null` where the schema allows none counts as absent (Kubernetes rule:
 * it is dropped before defaults are filled in). Parts in which nothing changes are shared.
 */
export function defaulted(object: KubeObject, schema: Schema, scope: SchemaScope): KubeObject {
  return defaultedValue(object, schema, scope) as KubeObject;
}

function defaultedValue(value: unknown, schema: Schema, scope: SchemaScope): unknown {
  if (typeof value !== "object") return value;
  const known = scope.resolve(schema);
  if (Array.isArray(value)) return defaultedItems(value, known, scope);
  return isJsonObject(value) ? defaultedMembers(value, known, scope) : value;
}

function defaultedItems(items: readonly unknown[], schema: Schema, scope: SchemaScope): readonly unknown[] {
  const itemSchema = schema.items;
  if (itemSchema === undefined) return items;
  return mapItems(items, (item) =>
    defaultedValue(isAbsent(item, itemSchema) ? (itemSchema.default ?? item) : item, itemSchema, scope),
  );
}

function defaultedMembers(object: JsonObject, schema: Schema, scope: SchemaScope): JsonObject {
  const missing = missingDefaults(object, schema, scope);
  const whole = missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
  const members = membersOf(schema);
  return mapMembers(whole, (value, name) => {
    const known = members.find(name);
    if (known === undefined) return value;
    if (known.isNamed && isAbsent(value, known.schema)) return undefined;
    return defaultedValue(value, known.schema, scope);
  });
}

function missingDefaults(
  object: JsonObject,
  schema: Schema,
  scope: SchemaScope,
): readonly (readonly [string, unknown])[] {
  const known = defaultsOf(schema);
  if (known.length === 0) return NONE;
  return known.flatMap(({ name, value, nullable }) => {
    if (isOmitted(value, scope)) return [];
    const present = Object.hasOwn(object, name) ? object[name] : undefined;
    const isGiven = present !== undefined && (present !== null || nullable);
    return isGiven ? [] : [[name, value] as const];
  });
}

const NONE: readonly never[] = [];

interface Default {
  readonly name: string;
  readonly value: unknown;
  readonly nullable: boolean;
}

const defaults = new WeakMap<Schema, readonly Default[]>();

/** The members that have defaults, found once: most schemas have none, and each object is asked for them. */
function defaultsOf(schema: Schema): readonly Default[] {
  const known = defaults.get(schema);
  if (known !== undefined) return known;
  const found = Object.entries(schema.properties ?? {}).flatMap(([name, { default: value, nullable }]) =>
    value === undefined ? [] : [{ name, value, nullable: nullable === true }],
  );
  defaults.set(schema, found);
  return found;
}

/** Built-in kinds leave empty texts out of what they store, defaults among them. */
function isOmitted(value: unknown, scope: SchemaScope): boolean {
  return value === "" && !scope.isCustom;
}

function isAbsent(value: unknown, schema: Schema): boolean {
  return value === undefined || (value === null && schema.nullable !== true);
}
