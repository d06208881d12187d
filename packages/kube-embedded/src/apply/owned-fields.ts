import { isJsonObject, type JsonObject } from "../schema/json-value.ts";
import { EMPTY_SET, type FieldSet, LEAF, SELF, withSelf } from "./field-set.ts";
import { type FieldType, knownMember } from "./field-type.ts";
import { itemElements, listItems } from "./list-items.ts";

/**
 * The fields that an applied configuration speaks of. Entries of maps and items of lists are in the set themselves; a
 * struct is there through what is in it, or, when it is empty or null, itself (rule of structured-merge-diff).
 */
export function appliedFields(config: JsonObject, type: FieldType): FieldSet {
  return membersBelow(config, type) ?? EMPTY_SET;
}

/** The node of a value that has come into being: it and everything in it. */
export function wholeNode(value: unknown, type: FieldType): FieldSet {
  if (Array.isArray(value)) return wholeList(value, type);
  if (!isJsonObject(value) || type.isAtomicMap) return LEAF;
  let node: Record<string, FieldSet> | undefined;
  for (const name in value) {
    const member = knownMember(type, name);
    node ??= { [SELF]: LEAF };
    node[member.element] = wholeNode(value[name], member.type);
  }
  return node === undefined ? LEAF : sharedNode(node, type);
}

function wholeList(list: readonly unknown[], type: FieldType): FieldSet {
  if (list.length === 0 || type.listType === "atomic") return LEAF;
  const elements = itemElements(list, type);
  if (elements === undefined) return LEAF;
  const itemType = type.items();
  const node: Record<string, FieldSet> = { [SELF]: LEAF };
  for (let index = 0; index < list.length; index += 1)
    node[elements[index] ?? ""] = wholeNode(list[index], itemType);
  return sharedNode(node, type);
}

const lastNodes = new WeakMap<FieldType, FieldSet>();

/** The last node of this type, if it is the same: what a template makes is alike down to its variables. */
function sharedNode(node: FieldSet, type: FieldType): FieldSet {
  const last = lastNodes.get(type);
  if (last !== undefined && hasSameChildren(node, last)) return last;
  lastNodes.set(type, node);
  return node;
}

function hasSameChildren(left: FieldSet, right: FieldSet): boolean {
  let surplus = 0;
  for (const element in left) {
    if (left[element] !== right[element]) return false;
    surplus -= 1;
  }
  for (const _ in right) surplus += 1;
  return surplus === 0;
}

/** What is in the set at and below a value, the value itself not counted unless it is one field. */
function nodeBelow(value: unknown, type: FieldType): FieldSet | undefined {
  if (Array.isArray(value)) return itemsBelow(value, type);
  if (!isJsonObject(value) || type.isAtomicMap) return LEAF;
  return membersBelow(value, type);
}

function membersBelow(object: JsonObject, type: FieldType): FieldSet | undefined {
  let node: Record<string, FieldSet> | undefined;
  for (const name of Object.keys(object)) {
    const member = knownMember(type, name);
    const value = object[name];
    const below = nodeBelow(value, member.type);
    const isOwned = !member.isNamed || isEmptyMap(value);
    const next = isOwned ? withSelf(below) : below;
    if (next === undefined) continue;
    node ??= {};
    node[member.element] = next;
  }
  return node;
}

function itemsBelow(list: readonly unknown[], type: FieldType): FieldSet | undefined {
  const items = listItems(list, type);
  if (items === undefined) return LEAF;
  if (items.length === 0) return undefined;
  const node: Record<string, FieldSet> = {};
  for (const [element, item] of items) node[element] = withSelf(nodeBelow(item, type.items()));
  return node;
}

function isEmptyMap(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}
