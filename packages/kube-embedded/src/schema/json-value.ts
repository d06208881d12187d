/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member of that name which `object` itself has: `__proto__` and `toString` are names like any other. */
export function ownMember<T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** `object` with each member replaced, or dropped where `change` answers `undefined`; itself when nothing changes. */
export function mapMembers(
  object: JsonObject,
  change: (value: unknown, name: string) => unknown,
): JsonObject {
  const names = Object.keys(object);
  let entries: [string, unknown][] | undefined;
  for (const [index, name] of names.entries()) {
    const value = object[name];
    const next = change(value, name);
    if (next !== value) entries ??= names.slice(0, index).map((each) => [each, object[each]]);
    if (entries !== undefined && next !== undefined) entries.push([name, next]);
  }
  return entries === undefined ? object : Object.fromEntries(entries);
}

/** `items` with each replaced; itself when nothing changes. */
export function mapItems(
  items: readonly unknown[],
  change: (value: unknown, index: number) => unknown,
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const next = change(item, index);
    if (next !== item) changed ??= items.slice(0, index);
    changed?.push(next);
  }
  return changed ?? items;
}
