import { isJsonObject, type JsonObject, ownMember } from "../schema/json-value.ts";
import type { FieldSet } from "./field-set.ts";
import { isMember, SELF } from "./field-set.ts";

/** One of the fields by which the items of a list are told apart. */
export interface ListKey {
  readonly name: string;
  /** What an item that leaves it out has. */
  readonly default: unknown;
}

/** The element of a member: `f:replicas`. */
export function memberElement(name: string): string {
  return `f:${name}`;
}

/** The element of an item by its keys, `k:{"name":"x"}`; the name of the missing key when it has not all of them. */
export function itemElement(
  item: unknown,
  keys: readonly ListKey[],
): { readonly element: string } | { readonly missing: string } {
  if (keys.length === 1 && keys[0] !== undefined) return soleKeyElement(item, keys[0]);
  const values: [string, unknown][] = [];
  for (const key of keys) {
    const value = keyValue(item, key);
    if (value === undefined) return { missing: key.name };
    values.push([key.name, value]);
  }
  return { element: `k:${JSON.stringify(Object.fromEntries(values))}` };
}

/** The element of an item of a set: `v:"x"`. */
export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}

/** What an element says, decoded. */
export type PathElement =
  | { readonly type: "member"; readonly name: string }
  | { readonly type: "keys"; readonly keys: JsonObject }
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "index"; readonly index: number };

export function pathElement(element: string): PathElement {
  const text = element.slice(2);
  if (element.startsWith("f:")) return { type: "member", name: text };
  if (element.startsWith("i:")) return { type: "index", index: Number(text) };
  const value: unknown = JSON.parse(text);
  if (element.startsWith("v:")) return { type: "value", value };
  return { type: "keys", keys: isJsonObject(value) ? value : {} };
}

/** The paths of all fields in a set, as Kubernetes prints them: `.spec.containers[name="x"].image`. */
export function printedPaths(set: FieldSet, prefix = ""): readonly string[] {
  const elements = Object.keys(set)
    .filter((element) => element !== SELF)
    .sort();
  const paths = elements.map(
    (element) => [set[element] ?? {}, `${prefix}${printedElement(element)}`] as const,
  );
  // The fields of one level come before those below them.
  return [
    ...paths.filter(([node]) => isMember(node)).map(([, path]) => path),
    ...paths.flatMap(([node, path]) => printedPaths(node, path)),
  ];
}

function printedElement(element: string): string {
  const decoded = pathElement(element);
  switch (decoded.type) {
    case "member":
      return `.${decoded.name}`;
    case "index":
      return `[${decoded.index}]`;
    case "value":
      return `[=${JSON.stringify(decoded.value)}]`;
    case "keys":
      return `[${Object.entries(decoded.keys)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(",")}]`;
  }
}

/** The common case, made without anything in between: this runs for every container of every pod written. */
function soleKeyElement(
  item: unknown,
  key: ListKey,
): { readonly element: string } | { readonly missing: string } {
  const value = keyValue(item, key);
  if (value === undefined) return { missing: key.name };
  return { element: `k:{${JSON.stringify(key.name)}:${JSON.stringify(value)}}` };
}

function keyValue(item: unknown, { name, default: fallback }: ListKey): unknown {
  return (isJsonObject(item) ? ownMember(item, name) : undefined) ?? fallback;
}
