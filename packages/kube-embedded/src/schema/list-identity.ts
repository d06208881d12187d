import { type FieldCause, isEqualJson, type Schema } from "@heliostat/kube";
import { duplicateValue } from "../api/field-causes.ts";
import { mustBeUnique } from "./built-in-constraints.ts";
import { isJsonObject, ownMember } from "./json-value.ts";
import type { SchemaScope } from "./schema-scope.ts";

/** The duplicates in a list of type `set` or `map`. */
export function duplicateItems(
  items: readonly unknown[],
  list: { readonly schema: Schema; readonly path: string },
  scope: SchemaScope,
): readonly FieldCause[] {
  const { schema, path } = list;
  const type = schema["x-kubernetes-list-type"];
  if (type !== "set" && type !== "map") return [];
  if (!scope.isCustom && !mustBeUnique(schema)) return [];
  if (items.length < 2) return [];
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const identity = type === "set" ? item : itemKey(item, schema, scope);
    const text = JSON.stringify(identity);
    if (seen.has(text)) return [duplicate(`${path}[${index}]`, identity, scope)];
    seen.add(text);
    return [];
  });
}

/** Kubernetes' own code names the one field that is a key. */
function duplicate(path: string, identity: unknown, { isCustom }: SchemaScope): FieldCause {
  const [only, ...more] = isJsonObject(identity) && !isCustom ? Object.entries(identity) : [];
  if (only === undefined || more.length > 0) return duplicateValue(path, identity);
  const [key, value] = only;
  return duplicateValue(`${path}.${key}`, value);
}

/**
 * The item that stood in `stored` where `item` stands now: the one of the same keys in a list of type `map`. In other
 * lists items have no identity, and nothing is known of what they were (Kubernetes rule).
 */
export function storedItem(
  item: unknown,
  list: { readonly schema: Schema; readonly stored: unknown },
  scope: SchemaScope,
): unknown {
  const { schema, stored } = list;
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(stored)) return undefined;
  const key = itemKey(item, schema, scope);
  return stored.find((each) => isEqualJson(itemKey(each, schema, scope), key));
}

/** The values of an item's list-map keys, defaults included: `{"containerPort":80,"protocol":"TCP"}`. */
function itemKey(item: unknown, schema: Schema, scope: SchemaScope): Record<string, unknown> {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const properties = schema.items === undefined ? undefined : scope.resolve(schema.items).properties;
  return Object.fromEntries(
    keys.flatMap((key) => {
      const given = isJsonObject(item) ? ownMember(item, key) : undefined;
      const value = given ?? ownMember(properties, key)?.default;
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
