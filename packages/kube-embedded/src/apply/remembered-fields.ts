import { isEqualJson } from "@heliostat/kube";
import type { FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";

const MOST_REMEMBERED = 256;

const lastSets = new WeakMap<FieldType, Map<string, FieldSet>>();

/**
 * The set that the same writer owned last in an object of this type, if it is equal. The pods of a cluster differ in
 * their names and not in their fields: a thousand of them then share one set.
 */
export function rememberedFields(type: FieldType, writer: string, fields: FieldSet): FieldSet {
  const sets = lastSets.get(type) ?? new Map<string, FieldSet>();
  const known = sets.get(writer);
  if (known !== undefined && isEqualJson(known, fields)) return known;
  if (sets.size >= MOST_REMEMBERED) sets.clear();
  lastSets.set(type, sets.set(writer, fields));
  return fields;
}
