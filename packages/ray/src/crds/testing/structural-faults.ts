import type { Schema } from "@heliostat/kube";

const FORBIDDEN = [
  "$ref",
  "definitions",
  "patternProperties",
  "dependencies",
  "uniqueItems",
  "id",
  "deprecated",
];
const TYPES = ["object", "array", "string", "integer", "number", "boolean"];

/**
 * Where a schema breaks the rules that Kubernetes has for the schemas of CRDs (structural schemas, list keys,
 * defaults), as `path: fault`. None is what a CRD needs to be accepted.
 */
export function structuralFaults(root: Schema): readonly string[] {
  return faultsOf(root, "", new Set());
}

function faultsOf(schema: Schema, path: string, seen: Set<Schema>): readonly string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const own = [
    ...typeFaults(schema),
    ...listFaults(schema),
    ...defaultFaults(schema),
    ...patternFaults(schema),
  ];
  return [
    ...own.map((fault) => `${path}: ${fault}`),
    ...partsOf(schema).flatMap(([name, part]) => faultsOf(part, `${path}${name}`, seen)),
  ];
}

function partsOf({
  properties,
  items,
  additionalProperties,
}: Schema): readonly (readonly [string, Schema])[] {
  return [
    ...Object.entries(properties ?? {}).map(([name, part]) => [`.${name}`, part] as const),
    ...(items ? [["[]", items] as const] : []),
    ...(typeof additionalProperties === "object" ? [["{}", additionalProperties] as const] : []),
  ];
}

function typeFaults(schema: Schema): readonly string[] {
  const isOpen = schema["x-kubernetes-int-or-string"] || schema["x-kubernetes-preserve-unknown-fields"];
  const forbidden = Object.keys(schema).filter(
    (key) => FORBIDDEN.includes(key) || key.startsWith("x-kubernetes-patch"),
  );
  return [
    ...forbidden.map((key) => `"${key}" is not allowed`),
    ...(!isOpen && !TYPES.includes(schema.type ?? "") ? ["no type"] : []),
    ...(schema["x-kubernetes-int-or-string"] && schema.type ? ["int-or-string with a type"] : []),
    ...(schema.properties && schema.additionalProperties ? ["both properties and additionalProperties"] : []),
    ...(schema.type === "array" && !schema.items ? ["a list without items"] : []),
    ...(schema.required ?? [])
      .filter((name) => !schema.properties?.[name])
      .map((name) => `requires "${name}", which is no field`),
  ];
}

/** A list that is a map: of objects, whose keys are scalars and either required or filled in. */
function listFaults({ type, items, ...schema }: Schema): readonly string[] {
  const listType = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"];
  if (listType && type !== "array") return ["a list type on no list"];
  if ((listType === "map") !== (keys !== undefined)) return ["list type and list keys disagree"];
  return (keys ?? []).flatMap((key) => {
    const field = items?.properties?.[key];
    if (!field || field.type === "object" || field.type === "array")
      return [`list key "${key}" is no scalar`];
    const isSet = items?.required?.includes(key) || field.default !== undefined;
    return isSet ? [] : [`list key "${key}" may be missing`];
  });
}

function defaultFaults({ default: value, type, enum: literals }: Schema): readonly string[] {
  if (value === undefined) return [];
  const actual = Number.isInteger(value) ? "integer" : typeof value;
  if (actual !== type) return [`default ${JSON.stringify(value)} is no ${type}`];
  return literals && !literals.includes(value) ? [`default ${JSON.stringify(value)} is not in the enum`] : [];
}

function patternFaults({ pattern }: Schema): readonly string[] {
  if (pattern === undefined) return [];
  try {
    new RegExp(pattern, "u");
    return [];
  } catch (error) {
    return [String(error)];
  }
}
