import type { SwaggerDocument, SwaggerSchema } from "./swagger-document.ts";

/**
 * An OpenAPI v2 document as clients written in Go read it: the messages of `openapi.v2` (gnostic). Each function writes
 * one message; the numbers are those of its fields.
 */
export function swaggerProtobuf({ swagger, info, definitions }: SwaggerDocument): Buffer {
  return message([
    text(1, swagger),
    nested(2, [text(1, info.title), text(2, info.version)]),
    nested(8, []),
    nested(9, namedSchemas(definitions)),
  ]);
}

/** The field that holds pairs in every message which stands for a map. */
const PAIRS = 1;

function namedSchemas(schemas: Readonly<Record<string, SwaggerSchema>>): readonly Buffer[] {
  return Object.entries(schemas).map(([name, schema]) =>
    nested(PAIRS, [text(1, name), nested(2, schemaFields(schema))]),
  );
}

function schemaFields(schema: SwaggerSchema): readonly Buffer[] {
  const { $ref, format, description, required = [], additionalProperties, type, items, properties } = schema;
  return [
    ...($ref === undefined ? [] : [text(1, $ref)]),
    ...(format === undefined ? [] : [text(2, format)]),
    ...(description === undefined ? [] : [text(4, description)]),
    ...required.map((name) => text(19, name)),
    ...(additionalProperties === undefined ? [] : [nested(21, additional(additionalProperties))]),
    ...(type === undefined ? [] : [nested(22, [text(1, type)])]),
    ...(items ? [nested(23, [nested(1, schemaFields(items))])] : []),
    ...(properties ? [nested(25, namedSchemas(properties))] : []),
    ...extensionsOf(schema).map(([name, value]) => nested(31, [text(1, name), nested(2, any(value))])),
  ];
}

function additional(value: SwaggerSchema | boolean): readonly Buffer[] {
  return typeof value === "object" ? [nested(1, schemaFields(value))] : [flag(2, value)];
}

function extensionsOf(schema: SwaggerSchema): readonly (readonly [string, unknown])[] {
  return Object.entries(schema).filter(([name]) => name.startsWith("x-"));
}

/** Anything at all, as YAML, which JSON is. */
function any(value: unknown): readonly Buffer[] {
  return [text(2, JSON.stringify(value))];
}

/** Protocol Buffers' wire types. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

function text(field: number, value: string): Buffer {
  return delimited(field, Buffer.from(value));
}

function nested(field: number, fields: readonly Buffer[]): Buffer {
  return delimited(field, message(fields));
}

function message(fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function flag(field: number, value: boolean): Buffer {
  return Buffer.concat([varint((field << 3) | VARINT), varint(value ? 1 : 0)]);
}

function delimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

/** A number in groups of seven bits, the lowest first; all but the last carry the eighth. */
function varint(value: number): Buffer {
  const groups: number[] = [];
  for (let rest = value; groups.length === 0 || rest > 0; rest = Math.floor(rest / 128))
    groups.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
  return Buffer.from(groups);
}
