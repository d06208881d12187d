import type { KubeObject, Schema } from "@heliostat/kube";
import { memberPath } from "./field-problem.ts";
import { isJsonObject, type JsonObject, mapItems, mapMembers } from "./json-value.ts";
import { membersOf } from "./schema-members.ts";
import { keepsUnknownMembers, type SchemaScope } from "./schema-scope.ts";

export interface Pruned {
  readonly object: KubeObject;
  /** Paths of the fields that were dropped: `spec.containers[0].imagee`. */
  readonly unknownFields: readonly string[];
}

interface Pruning {
  readonly scope: SchemaScope;
  readonly unknownFields: string[];
}

/** `object` without the fields that `schema` does not know. Parts in which nothing is dropped are shared. */
export function pruned(object: KubeObject, schema: Schema, scope: SchemaScope): Pruned {
  const pruning: Pruning = { scope, unknownFields: [] };
  const kept = prunedValue(object, { schema, path: "" }, pruning) as KubeObject;
  return { object: kept, unknownFields: pruning.unknownFields };
}

interface Place {
  readonly schema: Schema;
  readonly path: string;
}

function prunedValue(value: unknown, { schema, path }: Place, pruning: Pruning): unknown {
  const known = pruning.scope.resolve(schema);
  if (Array.isArray(value)) return prunedItems(value, { schema: known, path }, pruning);
  return isJsonObject(value) ? prunedMembers(value, { schema: known, path }, pruning) : value;
}

function prunedItems(
  items: readonly unknown[],
  { schema, path }: Place,
  pruning: Pruning,
): readonly unknown[] {
  if (schema.items === undefined && keepsUnknownMembers(schema)) return items;
  const itemSchema = schema.items ?? {};
  return mapItems(items, (item, index) =>
    typeof item === "object"
      ? prunedValue(item, { schema: itemSchema, path: `${path}[${index}]` }, pruning)
      : item,
  );
}

function prunedMembers(object: JsonObject, { schema, path }: Place, pruning: Pruning): JsonObject {
  const members = membersOf(schema);
  return mapMembers(object, (value, name) => {
    const known = members.find(name);
    if (known !== undefined && typeof value !== "object") return value;
    const at = memberPath(path, name);
    if (known !== undefined) return prunedValue(value, { schema: known.schema, path: at }, pruning);
    if (keepsUnknownMembers(schema)) return value;
    pruning.unknownFields.push(at);
    return undefined;
  });
}
