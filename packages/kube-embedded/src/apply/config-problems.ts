import { isJsonObject, type JsonObject } from "../schema/json-value.ts";
import type { FieldType } from "./field-type.ts";
import { itemElement, printedPaths, valueElement } from "./path-element.ts";

/** Why an applied configuration cannot be read as fields, in Kubernetes' words: `.spec.bogus: field not declared in schema`. */
export function configProblems(config: JsonObject, type: FieldType): readonly string[] {
  return memberProblems(config, { type, path: "" });
}

interface Place {
  readonly type: FieldType;
  readonly path: string;
}

function problemsOf(value: unknown, place: Place): readonly string[] {
  if (Array.isArray(value)) return listProblems(value, place);
  return isJsonObject(value) ? memberProblems(value, place) : [];
}

function memberProblems(object: JsonObject, { type, path }: Place): readonly string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const at = `${path}.${name}`;
    const member = type.member(name);
    return member === undefined
      ? [`${at}: field not declared in schema`]
      : problemsOf(value, { type: member.type, path: at });
  });
}

function listProblems(list: readonly unknown[], { type, path }: Place): readonly string[] {
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    if (type.listType === "atomic")
      return problemsOf(item, { type: type.items(), path: `${path}[${index}]` });
    const found = identity(item, type);
    if ("problem" in found) return [`${path}: element ${index}: ${found.problem}`];
    const at = printedPaths({ [found.element]: {} })[0] ?? "";
    if (seen.has(found.element)) return [`${path}: duplicate entries for key ${at}`];
    seen.add(found.element);
    return problemsOf(item, { type: type.items(), path: `${path}${at}` });
  });
}

function identity(
  item: unknown,
  { listType, keys }: FieldType,
): { readonly element: string } | { readonly problem: string } {
  if (listType === "set") {
    const isScalar = typeof item !== "object";
    return isScalar ? { element: valueElement(item) } : { problem: "a list of type set holds scalars only" };
  }
  if (!isJsonObject(item)) return { problem: "associative list with keys may not have non-map elements" };
  const found = itemElement(item, keys);
  if ("element" in found) return found;
  const problem = `associative list with keys has an element that omits key field "${found.missing}" (and doesn't have default value)`;
  return { problem };
}
