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
  let changed: Record<string, unknown> | undefined;
  for (const name in object) {
    const value = object[name];
    const next = change(value, name);
    if (next !== value) changed ??= membersBefore(object, name);
    if (changed !== undefined && next !== undefined) setMember(changed, name, next);
  }
  return changed ?? object;
}

/** `items` with each replaced; itself when nothing changes. */
export function mapItems(
  items: readonly unknown[],
  change: (value: unknown, index: number) => unknown,
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    const next = change(item, index);
    if (next !== item) changed ??= items.slice(0, index);
    changed?.push(next);
  }
  return changed ?? items;
}

function membersBefore(object: JsonObject, end: string): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name in object) {
    if (name === end) break;
    setMember(members, name, object[name]);
  }
  return members;
}

/** An assignment to `__proto__` would be no member. */
function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
