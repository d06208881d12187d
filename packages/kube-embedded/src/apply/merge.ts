import { isEqualJson } from "@heliostat/kube";
import { isJsonObject, type JsonObject, ownMember } from "../schema/json-value.ts";
import { type FieldType, knownMember } from "./field-type.ts";
import { type ListItems, listItems } from "./list-items.ts";

/**
 * A live object with an applied configuration laid over it: what the configuration says wins, what it does not mention
 * stays, and a `null` removes. Parts in which nothing changes are those of the live object.
 */
export function mergedObject(live: JsonObject, config: JsonObject, type: FieldType): JsonObject {
  const changes: [string, unknown][] = [];
  for (const name of Object.keys(config)) {
    const old = ownMember(live, name);
    const next = mergedValue(old, config[name], knownMember(type, name).type);
    if (next !== old) changes.push([name, next]);
  }
  if (changes.length === 0) return live;
  const removed = changes.some(([, value]) => value === undefined);
  const merged = Object.fromEntries([...Object.entries(live), ...changes]);
  return removed
    ? Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
    : merged;
}

function mergedValue(live: unknown, config: unknown, type: FieldType): unknown {
  if (config === null) return undefined;
  if (isJsonObject(config) && !type.isAtomicMap)
    return mergedObject(isJsonObject(live) ? live : {}, config, type);
  if (Array.isArray(config)) return mergedList(Array.isArray(live) ? live : [], config, type);
  return isEqualJson(live, config) ? live : config;
}

function mergedList(
  live: readonly unknown[],
  config: readonly unknown[],
  type: FieldType,
): readonly unknown[] {
  const left = listItems(live, type);
  const right = listItems(config, type);
  const merged = left && right ? mergedItems(left, right, type.items()) : config;
  return isEqualJson(merged, live) ? live : merged;
}

/**
 * The configuration's items in its own order; those of the live list alone keep their place before the first item
 * that both lists have in common after them (rule of structured-merge-diff).
 */
function mergedItems(live: ListItems, config: ListItems, type: FieldType): readonly unknown[] {
  const liveItems = uniqueItems(live);
  const wanted = new Set(config.map(([element]) => element));
  const shared = config.map(([element]) => element).filter((element) => liveItems.has(element));
  const merged: unknown[] = [];
  let at = 0;
  for (const [element, item] of config) {
    for (; at < live.length && live[at]?.[0] !== shared[0]; at += 1) keepLive(live[at]);
    if (element === shared[0]) shared.shift();
    merged.push(mergedValue(liveItems.get(element), item, type));
  }
  for (; at < live.length; at += 1) keepLive(live[at]);
  return merged;

  function keepLive(entry: ListItems[number] | undefined): void {
    if (entry !== undefined && !wanted.has(entry[0])) merged.push(entry[1]);
  }
}

/** By element. Of items that share one, none can be merged: what is applied replaces them all. */
function uniqueItems(items: ListItems): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [element, item] of items) found.set(element, found.has(element) ? undefined : item);
  return found;
}
