/**
 * A set of fields, as `managedFields` writes it (FieldsV1): a tree of path elements. `{}` below an element says that
 * the field itself is in the set, `{".": {}, …}` that it is and so are some below it, `{…}` that only those below are.
 *
 * The wire format is also what we reckon with: a stored set needs no decoding, and sets share what they have in common.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A field that is in the set and has none below it. */
export const LEAF: FieldSet = Object.freeze({});

/** The element under which a node says that it is in the set itself. */
export const SELF = ".";

export const EMPTY_SET: FieldSet = Object.freeze({});

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** What is in one of the sets, or in both. */
export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right || isEmptySet(right)) return left;
  return isEmptySet(left) ? right : joined(left, right);
}

/** What is in `left` and not in `right`. A field is itself alone: taking away its parent leaves it, and the reverse. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return isEmptySet(left) || isEmptySet(right) ? left : (without(left, right) ?? EMPTY_SET);
}

/** What is in `left`, and neither in `right` nor below a field in it. */
export function differenceInDepth(left: FieldSet, right: FieldSet): FieldSet {
  return isEmptySet(left) || isEmptySet(right) ? left : (withoutInDepth(left, right) ?? EMPTY_SET);
}

/** What is in both sets. */
export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return isEmptySet(left) || isEmptySet(right) ? EMPTY_SET : (common(left, right) ?? EMPTY_SET);
}

/** Whether the field at a node of a tree is in the set itself. */
export function isMember(node: FieldSet | undefined): boolean {
  return node !== undefined && (Object.hasOwn(node, SELF) || isEmptySet(node));
}

/** Whether something below the field at a node is in the set. */
export function hasFieldsBelow(node: FieldSet | undefined): node is FieldSet {
  if (node === undefined) return false;
  for (const element in node) if (element !== SELF) return true;
  return false;
}

/** The node below `set` at `element`, if any field there is in the set. */
export function nodeAt(set: FieldSet, element: string): FieldSet | undefined {
  return Object.hasOwn(set, element) ? set[element] : undefined;
}

/** The same node with the field itself in the set, too. */
export function withSelf(node: FieldSet | undefined): FieldSet {
  if (node === undefined) return LEAF;
  return isMember(node) ? node : { [SELF]: LEAF, ...node };
}

const ELEMENT = /^(?:[fkv]:|i:-?\d+$)/;

/** Whether a JSON value is a set in the format of FieldsV1. */
export function isFieldSet(value: unknown): value is FieldSet {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([element, below]) => (element === SELF || isElement(element)) && isFieldSet(below),
  );
}

function isElement(element: string): boolean {
  if (!ELEMENT.test(element)) return false;
  return element.startsWith("f:") || element.startsWith("i:") || isJson(element.slice(2));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/* Below, every node given is a node of a set and not a root: `{}` is a field. */

function joined(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right || isEmptySet(right)) return withSelf(left);
  if (isEmptySet(left)) return withSelf(right);
  let result: Record<string, FieldSet> | undefined;
  for (const element in right) {
    const own = nodeAt(left, element);
    const other = right[element] ?? LEAF;
    const next = own === undefined ? other : joined(own, other);
    if (next === own) continue;
    result ??= { ...left };
    result[element] = next;
  }
  return result ?? left;
}

function without(left: FieldSet, right: FieldSet): FieldSet | undefined {
  if (isEmptySet(left)) return isMember(right) ? undefined : left;
  if (isEmptySet(right)) return filtered(left, (element, below) => (element === SELF ? undefined : below));
  return filtered(left, (element, below) => {
    const other = nodeAt(right, element);
    return other === undefined ? below : without(below, other);
  });
}

function withoutInDepth(left: FieldSet, right: FieldSet): FieldSet | undefined {
  return filtered(left, (element, below) => {
    const other = nodeAt(right, element);
    if (other === undefined) return below;
    return isMember(other) ? undefined : withoutInDepth(below, other);
  });
}

function common(left: FieldSet, right: FieldSet): FieldSet | undefined {
  if (left === right) return left;
  if (isEmptySet(left)) return isMember(right) ? LEAF : undefined;
  if (isEmptySet(right)) return isMember(left) ? LEAF : undefined;
  return filtered(left, (element, below) => {
    const other = nodeAt(right, element);
    return other === undefined ? undefined : common(below, other);
  });
}

/** `node` with each child replaced or dropped; itself when nothing changes, `undefined` when nothing is left. */
function filtered(
  node: FieldSet,
  change: (element: string, below: FieldSet) => FieldSet | undefined,
): FieldSet | undefined {
  const result: Record<string, FieldSet> = {};
  let hasChanged = false;
  let size = 0;
  for (const element in node) {
    const below = node[element] ?? LEAF;
    const next = change(element, below);
    hasChanged ||= next !== below;
    if (next === undefined) continue;
    result[element] = next;
    size += 1;
  }
  if (!hasChanged) return node;
  if (size === 0) return undefined;
  return size === 1 && Object.hasOwn(result, SELF) ? LEAF : result;
}
