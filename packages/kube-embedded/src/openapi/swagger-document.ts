import type { ServedResource } from "../registry/served-resource.ts";
import { type ComponentSchemas, componentSchemas } from "./component-schemas.ts";

/**
 * The part of an OpenAPI v2 document that clients of Kubernetes still read: the definitions, by which kubectl checks
 * what it has no OpenAPI v3 operation for, such as reviews and lists of anything. Paths are described by version 3 only.
 */
export interface SwaggerDocument {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, never>>;
  readonly definitions: Readonly<Record<string, SwaggerSchema>>;
}

/** What version 2 can say of a value, and kubectl makes use of. */
export interface SwaggerSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SwaggerSchema>>;
  readonly additionalProperties?: SwaggerSchema | boolean;
  readonly items?: SwaggerSchema;
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

/** One document for everything that is served. */
export function swaggerDocument(resources: readonly ServedResource[]): SwaggerDocument {
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: "v1" },
    paths: {},
    definitions: mapValues(componentSchemas(resources) as Record<string, Version3Schema>, swaggerSchema),
  };
}

/** A schema as the documents of version 3 hold it. */
type Version3Schema = ComponentSchemas & {
  readonly $ref?: string;
  readonly allOf?: readonly Version3Schema[];
  readonly properties?: Readonly<Record<string, Version3Schema>>;
  readonly additionalProperties?: Version3Schema | boolean;
  readonly items?: Version3Schema;
};

const VERSION_3_PREFIX = "#/components/schemas/";
const VERSION_2_PREFIX = "#/definitions/";

/** Names that mean the same in both versions. */
const PLAIN = ["description", "type", "format", "required"] as const;

function swaggerSchema(schema: Version3Schema): SwaggerSchema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) return { $ref: reference.replace(VERSION_3_PREFIX, VERSION_2_PREFIX) };
  const extensions = Object.entries(schema).filter(([name]) => name.startsWith("x-kubernetes-"));
  // Version 2 has no word for "one of these types" or "and anything else": such a value is left open.
  if (isOpen(schema)) return fromEntries([...plainEntries(schema, ["description"]), ...extensions]);
  const { properties, additionalProperties, items } = schema;
  return {
    ...fromEntries(plainEntries(schema, PLAIN)),
    ...(properties && { properties: mapValues(properties, swaggerSchema) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object" ? swaggerSchema(additionalProperties) : additionalProperties,
    }),
    ...(items && { items: swaggerSchema(items) }),
    ...fromEntries(extensions),
  };
}

function plainEntries(
  schema: Version3Schema,
  names: readonly string[],
): readonly (readonly [string, unknown])[] {
  return names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]);
}

function isOpen(schema: Version3Schema): boolean {
  return (
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true
  );
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): SwaggerSchema {
  return Object.fromEntries(entries);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
