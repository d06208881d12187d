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
  const [key] = keys;
  if (keys.length === 1 && key !== undefined) {
    const element = soleKeyElement(item, key);
    return element === undefined ? { missing: key.name } : { element };
  }
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

/** The element of an item with one key; `undefined` when it does not have it. This runs for every variable of every pod. */
export function soleKeyElement(item: unknown, key: ListKey): string | undefined {
  const value = keyValue(item, key);
  if (typeof value === "string") return knownElement(key.name, value);
  return value === undefined ? undefined : elementText(key.name, value);
}

function elementText(name: string, value: unknown): string {
  return `k:{${JSON.stringify(name)}:${JSON.stringify(value)}}`;
}

const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 63;

/** The elements of the names that came last, by key: containers and variables are called the same again and again. */
const knownElements = new Map<string, Map<string, string>>();

function knownElement(name: string, value: string): string {
  const elements = knownElements.get(name) ?? new Map<string, string>();
  const known = elements.get(value);
  if (known !== undefined) return known;
  const element = elementText(name, value);
  if (value.length > LONGEST_KNOWN) return element;
  if (elements.size >= MOST_KNOWN) elements.clear();
  knownElements.set(name, elements.set(value, element));
  return element;
}

function keyValue(item: unknown, { name, default: fallback }: ListKey): unknown {
  return (isJsonObject(item) ? ownMember(item, name) : undefined) ?? fallback;
}
