import { type FieldSet, LEAF, SELF, withSelf } from "./field-set.ts";
import { type FieldType, knownMember } from "./field-type.ts";
import { pathElement } from "./path-element.ts";

/**
 * A set in which every struct field that has something below it is in the set itself. So a struct goes when the last
 * of its fields does, and comes back with the first one that somebody else owns.
 */
export function withNamedFields(set: FieldSet, type: FieldType): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const element in set) {
    const below = set[element] ?? LEAF;
    if (element === SELF) {
      result[element] = below;
      continue;
    }
    const decoded = pathElement(element);
    const member = decoded.type === "member" ? knownMember(type, decoded.name) : undefined;
    const next = withNamedFields(below, member?.type ?? type.items());
    result[element] = member?.isNamed ? withSelf(next) : next;
  }
  return result;
}
