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
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isEqualJson(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqualJson(left[key], right[key]))
  );
}

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
