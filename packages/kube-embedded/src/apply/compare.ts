import { isEqualJson } from "@heliostat/kube";
import { isJsonObject, type JsonObject, ownMember } from "../schema/json-value.ts";
import { EMPTY_SET, type FieldSet, LEAF } from "./field-set.ts";
import { type FieldType, knownMember, type MemberType } from "./field-type.ts";
import { type ListItems, listItems } from "./list-items.ts";
import { wholeNode } from "./owned-fields.ts";

/** What became of an object's fields. */
export interface Comparison {
  /** Added, or given another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** How `after` differs from `before`, field by field. Parts that both share are not looked at. */
export function compared(before: JsonObject, after: JsonObject, type: FieldType): Comparison {
  const { changed = EMPTY_SET, removed = EMPTY_SET } = mapDifference(before, after, type) ?? {};
  return { changed, removed };
}

/** The same for one node; `undefined`: no difference. */
interface NodeDifference {
  changed?: FieldSet;
  removed?: FieldSet;
}

function nodeDifference(before: unknown, after: unknown, type: FieldType): NodeDifference | undefined {
  if (before === after) return undefined;
  if (before === undefined) return { changed: wholeNode(after, type) };
  if (after === undefined) return { removed: wholeNode(before, type) };
  if (Array.isArray(before) && Array.isArray(after)) return listDifference(before, after, type);
  if (isJsonObject(before) && isJsonObject(after) && !type.isAtomicMap)
    return mapDifference(before, after, type);
  if (isEqualJson(before, after)) return undefined;
  const changed = hasFields(after, type) ? wholeNode(after, type) : LEAF;
  return hasFields(before, type) ? { changed, removed: wholeNode(before, type) } : { changed };
}

function mapDifference(before: JsonObject, after: JsonObject, type: FieldType): NodeDifference | undefined {
  const found = new Differences();
  for (const name in after) {
    const value = after[name];
    const old = ownMember(before, name);
    if (old === value) continue;
    const member = knownMember(type, name);
    found.add(member.element, nodeDifference(old ?? startOf(member, value), value, member.type));
  }
  for (const name in before) {
    if (Object.hasOwn(after, name)) continue;
    const member = knownMember(type, name);
    const old = before[name];
    found.add(member.element, nodeDifference(old, startOf(member, old), member.type));
  }
  return found.all;
}

/** What stands where nobody wrote anything: nothing, or a struct that is always there. */
function startOf({ isAlwaysThere }: MemberType, value: unknown): unknown {
  if (!isAlwaysThere) return undefined;
  if (Array.isArray(value)) return [];
  return isJsonObject(value) ? {} : undefined;
}

function listDifference(
  before: readonly unknown[],
  after: readonly unknown[],
  type: FieldType,
): NodeDifference | undefined {
  const old = listItems(before, type);
  const now = listItems(after, type);
  if (old === undefined || now === undefined) {
    return isEqualJson(before, after) ? undefined : { changed: LEAF };
  }
  const oldItems = byElement(old);
  const newItems = byElement(now);
  const found = new Differences();
  for (const [element, item] of newItems)
    found.add(element, nodeDifference(oldItems.get(element), item, type.items()));
  for (const [element, item] of oldItems)
    if (!newItems.has(element)) found.add(element, nodeDifference(item, undefined, type.items()));
  return found.all;
}

/** Items that share an element are one field. */
function byElement(items: ListItems): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [element, item] of items) {
    const known = found.get(element);
    found.set(element, known === undefined ? item : [known, item].flat());
  }
  return found;
}

function hasFields(value: unknown, type: FieldType): boolean {
  return Array.isArray(value) ? type.listType !== "atomic" : isJsonObject(value) && !type.isAtomicMap;
}

/** The differences below one node, made when the first one is found. */
class Differences {
  #changed: Record<string, FieldSet> | undefined;
  #removed: Record<string, FieldSet> | undefined;

  add(element: string, found: NodeDifference | undefined): void {
    if (found === undefined) return;
    if (found.changed !== undefined) {
      this.#changed ??= {};
      this.#changed[element] = found.changed;
    }
    if (found.removed === undefined) return;
    this.#removed ??= {};
    this.#removed[element] = found.removed;
  }

  get all(): NodeDifference | undefined {
    if (this.#changed === undefined && this.#removed === undefined) return undefined;
    return {
      ...(this.#changed && { changed: this.#changed }),
      ...(this.#removed && { removed: this.#removed }),
    };
  }
}
