import type { Json } from "../object.ts";

/** Apply an RFC 7386 merge patch: `null` removes, objects merge, everything else replaces. Neither input is changed. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const fields = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) fields.delete(key);
    else fields.set(key, applyMergePatch(fields.get(key), value));
  }
  return Object.fromEntries(fields);
}

/** The smallest merge patch that turns `before` into `after`; `undefined` when they are equal. */
export function mergePatchBetween(before: Json | undefined, after: Json): Json | undefined {
  if (!isObject(before) || !isObject(after)) return isEqualJson(before, after) ? undefined : after;
  const changes = Object.entries(after).flatMap(([key, value]) => {
    const change = mergePatchBetween(before[key], value);
    return change === undefined ? [] : [[key, change] as const];
  });
  const removed = Object.keys(before).flatMap((key) => (key in after ? [] : [[key, null] as const]));
  return changes.length + removed.length === 0 ? undefined : Object.fromEntries([...changes, ...removed]);
}

/** Deep equality of JSON values; the order of keys does not count. */
export function isEqualJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) return areEqualItems(left, right);
  return isObject(left) && isObject(right) && areEqualMembers(left, right);
}

function areEqualItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1)
    if (!isEqualJson(left[index], right[index])) return false;
  return true;
}

function areEqualMembers(left: JsonMembers, right: JsonMembers): boolean {
  let surplus = 0;
  for (const key in left) {
    if (!Object.hasOwn(right, key) || !isEqualJson(left[key], right[key])) return false;
    surplus -= 1;
  }
  for (const _ in right) surplus += 1;
  return surplus === 0;
}

type JsonMembers = { readonly [key: string]: Json };

function isObject(value: unknown): value is JsonMembers {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
