import { type DescField, type DescMessage, type JsonValue, toJson } from "@bufbuild/protobuf";
import { ClusterSchema, ComputeTemplateSchema } from "@heliostat/proto";
import { listField } from "../calls/list-field.ts";
import type { JsonStyle } from "../http/rendered.ts";
import { snakeCase } from "./spelling.ts";

/**
 * JSON as KubeRay's v1alpha2 document prints it: enums by name and never left out, `deleted_at: null`, the sizes of
 * worker groups never left out; templates and clusters in snake case, all others in camel case, with
 * `rayServiceEvent`.
 */
export const DOCUMENT_STYLE: JsonStyle = {
  text: (schema, message) => JSON.stringify(printed(schema, toJson(schema, message), casingOf(schema))),
  nameOf: ({ name }) => snakeCase(name),
  showsEmptyLists: true,
};

/** What a field is called. */
type Casing = (field: DescField) => string;

/** Fields that the document shows though they are zero or empty, by message. */
const ALWAYS_SHOWN: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {
  "proto.Cluster": { deletedAt: null },
  "proto.WorkerGroupSpec": { replicas: 0, minReplicas: 0, maxReplicas: 0 },
};

const IN_SNAKE_CASE: readonly DescMessage[] = [ComputeTemplateSchema, ClusterSchema];

/** The name of a field somewhere below a message, as the document has it. */
export function documentName(top: DescMessage, field: DescField): string {
  return casingOf(top)(field);
}

/** What stands at the top decides for all that is below. */
function casingOf(schema: DescMessage): Casing {
  const object = listField(schema)?.message ?? schema;
  return IN_SNAKE_CASE.includes(object) ? snake : camel;
}

function camel({ jsonName }: DescField): string {
  return jsonName === "rayServiceEvents" ? "rayServiceEvent" : jsonName;
}

function snake({ name }: DescField): string {
  return snakeCase(name);
}

function printed(schema: DescMessage, json: JsonValue, casing: Casing): JsonValue {
  // Well-known types are texts in JSON.
  if (!isObject(json)) return json;
  const shown = ALWAYS_SHOWN[schema.typeName] ?? {};
  const entries = schema.fields.flatMap((field): [string, JsonValue][] => {
    const value = json[field.jsonName] ?? zeroName(field) ?? shown[field.jsonName];
    return value === undefined ? [] : [[casing(field), printedField(field, value, casing)]];
  });
  return Object.fromEntries(entries);
}

function printedField(field: DescField, value: JsonValue, casing: Casing): JsonValue {
  const { message } = field;
  if (message === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => printed(message, element, casing));
  if (field.fieldKind !== "map" || !isObject(value)) return printed(message, value, casing);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, printed(message, each, casing)]),
  );
}

function zeroName(field: DescField): string | undefined {
  return field.fieldKind === "enum" ? field.enum.values[0]?.name : undefined;
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
