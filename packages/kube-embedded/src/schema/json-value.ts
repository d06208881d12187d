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
  let hasChanged = false;
  const entries: [string, unknown][] = [];
  for (const [name, value] of Object.entries(object)) {
    const next = change(value, name);
    hasChanged ||= next !== value;
    if (next !== undefined) entries.push([name, next]);
  }
  return hasChanged ? Object.fromEntries(entries) : object;
}

/** `items` with each replaced; itself when nothing changes. */
export function mapItems(
  items: readonly unknown[],
  change: (value: unknown, index: number) => unknown,
): readonly unknown[] {
  const next = items.map(change);
  return next.some((value, index) => value !== items[index]) ? next : items;
}
