import { isJsonObject, ownMember } from "../schema/json-value.ts";
import { type FieldSet, hasFieldsBelow, LEAF, nodeAt, SELF, withSelf } from "./field-set.ts";
import { type FieldType, knownMember } from "./field-type.ts";
import { listItems } from "./list-items.ts";
import { wholeNode } from "./owned-fields.ts";
import { pathElement } from "./path-element.ts";

interface Place {
  readonly value: unknown;
  readonly type: FieldType;
}

/** Under which schema sets were written: those of today need no second look. */
const writtenUnder = new WeakMap<FieldSet, FieldType>();

export function isWrittenUnder(fields: FieldSet, type: FieldType): boolean {
  return writtenUnder.get(fields) === type;
}

export function rememberSchema(fields: FieldSet, type: FieldType): FieldSet {
  writtenUnder.set(fields, type);
  return fields;
}

/**
 * A set as today's schema would have it. A schema may have changed since the set was written: whoever owned a part of
 * what is atomic now owns all of it; whoever owned what is granular now owns each of its parts, unless others do.
 *
 * @param claimed what anybody owns
 */
export function reconciledFields(fields: FieldSet, live: Place, claimed: FieldSet): FieldSet {
  return reconciledBelow(fields, live, claimed);
}

function reconciledNode(node: FieldSet, place: Place, claimed: FieldSet | undefined): FieldSet {
  if (hasFieldsBelow(node))
    return isAtomic(place, node) ? LEAF : reconciledBelow(node, place, claimed ?? node);
  if (!isGranular(place) || hasFieldsBelow(claimed)) return node;
  return withSelf(wholeNode(place.value, place.type));
}

function reconciledBelow(node: FieldSet, place: Place, claimed: FieldSet): FieldSet {
  let changed: Record<string, FieldSet> | undefined;
  let items: ReadonlyMap<string, unknown> | undefined;
  for (const element in node) {
    if (element === SELF) continue;
    const below = node[element] ?? LEAF;
    if (!element.startsWith("f:")) items ??= itemsByElement(place);
    const child = element.startsWith("f:")
      ? memberPlace(place, element)
      : { value: items?.get(element), type: place.type.items() };
    const next = reconciledNode(below, child, nodeAt(claimed, element));
    if (next === below) continue;
    changed ??= { ...node };
    changed[element] = next;
  }
  return changed ?? node;
}

function memberPlace({ value, type }: Place, element: string): Place {
  const name = element.slice(2);
  const member = knownMember(type, name);
  return { value: isJsonObject(value) ? ownMember(value, name) : undefined, type: member.type };
}

function itemsByElement({ value, type }: Place): ReadonlyMap<string, unknown> {
  return new Map(Array.isArray(value) ? listItems(value, type) : []);
}

/** Whether the place is one field today, though fields below it are owned. */
function isAtomic({ type }: Place, node: FieldSet): boolean {
  for (const element in node) {
    if (element === SELF) continue;
    return pathElement(element).type === "member" ? type.isAtomicMap : type.listType === "atomic";
  }
  return false;
}

/** Whether the place holds several fields today, though it is owned as one. */
function isGranular({ value, type }: Place): boolean {
  if (Array.isArray(value)) return type.listType !== "atomic" && value.length > 0;
  return isJsonObject(value) && !type.isAtomicMap && Object.keys(value).length > 0;
}
