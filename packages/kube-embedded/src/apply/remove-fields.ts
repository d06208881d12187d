import { isJsonObject, type JsonObject } from "../schema/json-value.ts";
import { type FieldSet, hasFieldsBelow, isMember, nodeAt } from "./field-set.ts";
import { type FieldType, knownMember } from "./field-type.ts";
import { type ListItems, listItems } from "./list-items.ts";

/** An object without the fields in a set. A map or list of which nothing is left goes too. */
export function withoutFields(object: JsonObject, removed: FieldSet, type: FieldType): JsonObject {
  return withoutMembers(object, removed, type) ?? {};
}

function withoutValue(value: unknown, removed: FieldSet, type: FieldType): unknown {
  if (isJsonObject(value)) return withoutMembers(value, removed, type);
  if (!Array.isArray(value)) return value;
  const items = listItems(value, type);
  return items === undefined ? value : withoutItems(value, items, { removed, type: type.items() });
}

function withoutMembers(object: JsonObject, removed: FieldSet, type: FieldType): JsonObject | undefined {
  const kept: [string, unknown][] = [];
  let hasChanged = false;
  for (const [name, value] of Object.entries(object)) {
    const { element, type: memberType } = knownMember(type, name);
    const next = remaining(value, nodeAt(removed, element), memberType);
    hasChanged ||= next !== value;
    if (next !== undefined) kept.push([name, next]);
  }
  if (!hasChanged) return object;
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function withoutItems(
  list: readonly unknown[],
  items: ListItems,
  { removed, type }: { readonly removed: FieldSet; readonly type: FieldType },
): readonly unknown[] | undefined {
  const next = items.map(([element, item]) => remaining(item, nodeAt(removed, element), type));
  const kept = next.filter((item) => item !== undefined);
  if (kept.length === 0) return undefined;
  const isSame = kept.length === list.length && kept.every((item, index) => item === list[index]);
  return isSame ? list : kept;
}

function remaining(value: unknown, node: FieldSet | undefined, type: FieldType): unknown {
  if (node === undefined) return value;
  if (isMember(node)) return undefined;
  return hasFieldsBelow(node) ? withoutValue(value, node, type) : value;
}
