import { type FieldCause, KUBE_SCHEMAS, type Schema } from "@heliostat/kube";
import { forbiddenField, invalidValue, requiredValue } from "../api/field-causes.ts";
import { ownMember } from "../schema/json-value.ts";
import { patternProblem } from "../schema/patterns.ts";
import { schemaScope } from "../schema/schema-scope.ts";
import { schemaProblems } from "../schema/validate.ts";
import { schemaShapeProblems } from "./schema-shape.ts";

/** What keeps a schema from being structural (Kubernetes rule for CustomResourceDefinitions), or from working at all. */
export function structuralProblems(candidate: unknown, path: string): readonly FieldCause[] {
  const shape = schemaShapeProblems(candidate, path);
  if (shape.length > 0) return shape;
  const root = candidate as Schema;
  return [...rootProblems(root, path), ...nodeProblems(root, { path, isRoot: true, place: "the root" })];
}

interface Node {
  readonly path: string;
  readonly isRoot: boolean;
  /** What the schema is of: `object fields`. */
  readonly place: string;
}

type Check = (schema: Schema, node: Node) => readonly FieldCause[];

/** One rule of structural schemas each. */
const CHECKS: readonly Check[] = [
  typeProblems,
  unsupportedKeywordProblems,
  mapProblems,
  listProblems,
  metadataProblems,
  patternProblems,
  defaultProblems,
  alternativesProblems,
];

/** Schemas found structural. Their parts are shared, so each part is walked once and not once a place. */
const found = new WeakSet<Schema>();

function nodeProblems(schema: Schema, node: Node): readonly FieldCause[] {
  if (found.has(schema)) return [];
  const problems = [...CHECKS.flatMap((check) => check(schema, node)), ...innerProblems(schema, node)];
  if (problems.length === 0) found.add(schema);
  return problems;
}

function innerProblems(
  { properties, items, additionalProperties }: Schema,
  { path }: Node,
): readonly FieldCause[] {
  const members = Object.entries(properties ?? {}).flatMap(([name, member]) =>
    nodeProblems(member, { path: `${path}.properties[${name}]`, isRoot: false, place: "object fields" }),
  );
  const further =
    typeof additionalProperties === "object"
      ? nodeProblems(additionalProperties, {
          path: `${path}.additionalProperties`,
          isRoot: false,
          place: "object fields",
        })
      : [];
  const each =
    items === undefined
      ? []
      : nodeProblems(items, { path: `${path}.items`, isRoot: false, place: "array items" });
  return [...members, ...further, ...each];
}

function rootProblems({ type }: Schema, path: string): readonly FieldCause[] {
  if (type === undefined || type === "") {
    return [requiredValue(`${path}.type`, "must not be empty at the root")];
  }
  return type === "object" ? [] : [invalidValue(`${path}.type`, type, "must be object at the root")];
}

const TYPES: readonly string[] = ["array", "boolean", "integer", "number", "object", "string"];

function typeProblems(schema: Schema, { path, isRoot, place }: Node): readonly FieldCause[] {
  const { type } = schema;
  const isFree =
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (type === undefined) {
    return isFree || isRoot
      ? []
      : [requiredValue(`${path}.type`, `must not be empty for specified ${place}`)];
  }
  if (schema["x-kubernetes-int-or-string"] === true) {
    return [invalidValue(`${path}.type`, type, "must be empty if x-kubernetes-int-or-string is true")];
  }
  return TYPES.includes(type)
    ? []
    : [invalidValue(`${path}.type`, type, `must be one of ${TYPES.join(", ")}`)];
}

function unsupportedKeywordProblems(schema: Schema, { path }: Node): readonly FieldCause[] {
  const problems: FieldCause[] = [];
  if (schema.$ref !== undefined) problems.push(forbiddenField(`${path}.$ref`, "$ref is not supported"));
  if (schema.uniqueItems === true) {
    const detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    problems.push(forbiddenField(`${path}.uniqueItems`, detail));
  }
  return problems;
}

function mapProblems(
  { additionalProperties, properties, type }: Schema,
  { path }: Node,
): readonly FieldCause[] {
  const at = `${path}.additionalProperties`;
  if (additionalProperties === undefined) return [];
  if (additionalProperties === false) {
    return [forbiddenField(at, "additionalProperties cannot be set to false")];
  }
  if (properties !== undefined) {
    return [forbiddenField(at, "additionalProperties and properties are mutual exclusive")];
  }
  return type === "object" ? [] : [forbiddenField(at, "can only be used if type is object")];
}

function listProblems(schema: Schema, { path }: Node): readonly FieldCause[] {
  const { type, items } = schema;
  const listType = schema["x-kubernetes-list-type"];
  const isFree = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (type === "array" && items === undefined && !isFree) {
    return [requiredValue(`${path}.items`, "must be specified")];
  }
  if (listType !== undefined && type !== "array") {
    return [
      invalidValue(`${path}.type`, type ?? "", `must be array if x-kubernetes-list-type is ${listType}`),
    ];
  }
  return listType === "map" ? listMapProblems(schema, path) : [];
}

function listMapProblems({ items = {}, ...list }: Schema, path: string): readonly FieldCause[] {
  const keys = list["x-kubernetes-list-map-keys"] ?? [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) {
    return [requiredValue(at, "must not be empty if x-kubernetes-list-type is map")];
  }
  if (items.type !== "object") {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [invalidValue(`${path}.items.type`, items.type ?? "", detail)];
  }
  return keys.flatMap((key, index) => {
    const property = ownMember(items.properties, key);
    if (property === undefined) {
      return [invalidValue(`${at}[${index}]`, key, "entries must all be names of item properties")];
    }
    const isSure = property.default !== undefined || items.required?.includes(key) === true;
    const detail =
      "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
    return isSure ? [] : [requiredValue(`${path}.items.properties[${key}].default`, detail)];
  });
}

/** Of a whole object's metadata only the names may be restricted: the rest keeps the rules that all objects share. */
function metadataProblems(schema: Schema, { path, isRoot }: Node): readonly FieldCause[] {
  const metadata = ownMember(schema.properties, "metadata");
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  if (!isResource || metadata === undefined) return [];
  const others = Object.keys(metadata.properties ?? {}).filter(
    (name) => name !== "name" && name !== "generateName",
  );
  const detail =
    "must not specify anything other than name and generateName, but metadata is implicitly specified";
  return others.length === 0 ? [] : [forbiddenField(`${path}.properties[metadata]`, detail)];
}

function patternProblems({ pattern }: Schema, { path }: Node): readonly FieldCause[] {
  const problem = pattern === undefined ? undefined : patternProblem(pattern);
  if (problem === undefined) return [];
  const detail = `must be a valid regular expression, but isn't: ${problem}`;
  return [invalidValue(`${path}.pattern`, pattern, detail)];
}

const scope = schemaScope(KUBE_SCHEMAS, true);

function defaultProblems(schema: Schema, { path }: Node): readonly FieldCause[] {
  if (schema.default === undefined) return [];
  return schemaProblems(schema.default, { path: `${path}.default`, schema, stored: undefined }, scope);
}

/** Keywords that shape a value belong outside alternatives: which of them holds must not change what is pruned. */
const SHAPING: readonly (keyof Schema)[] = [
  "additionalProperties",
  "default",
  "nullable",
  "type",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
];

function alternativesProblems(schema: Schema, { path }: Node): readonly FieldCause[] {
  const lists = (["allOf", "anyOf", "oneOf"] as const).flatMap((keyword) =>
    (schema[keyword] ?? []).map((each, index) => [each, `${path}.${keyword}[${index}]`] as const),
  );
  const all = schema.not === undefined ? lists : [...lists, [schema.not, `${path}.not`] as const];
  const mayHaveType = schema["x-kubernetes-int-or-string"] === true;
  return all.flatMap(([each, at]) => shapingProblems(each, { path: at, mayHaveType }));
}

function shapingProblems(
  schema: Schema,
  { path, mayHaveType }: { readonly path: string; readonly mayHaveType: boolean },
): readonly FieldCause[] {
  const wrong = SHAPING.filter(
    (keyword) => schema[keyword] !== undefined && !(mayHaveType && keyword === "type"),
  );
  const nested = [
    ...[...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])],
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
  ];
  return [
    ...wrong.map((keyword) => forbiddenField(`${path}.${keyword}`, "must be empty to be structural")),
    ...nested.flatMap((each) => shapingProblems(each, { path, mayHaveType })),
  ];
}
