import { type DescEnum, type DescField, type DescMessage, getOption, ScalarType } from "@bufbuild/protobuf";
import { COMMENTS, FieldBehavior, field_behavior } from "@heliostat/proto";
import type { ApiVersion } from "../handlers.ts";
import { documentName } from "../v1alpha2/document-style.ts";

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * Schemas of messages as one version writes them, collected by name as they are asked for.
 *
 * They are strict: an answer has no other members. Requests may have more, which are ignored.
 */
export class MessageSchemas {
  readonly components: Record<string, Schema> = {};
  readonly #version: ApiVersion;

  constructor(version: ApiVersion) {
    this.#version = version;
  }

  /** A reference to the schema of a message below `top`, whose casing decides under v1alpha2. */
  ref(message: DescMessage, top: DescMessage = message): Schema {
    if (message.typeName === TIMESTAMP) return { type: "string", format: "date-time" };
    const name = this.#componentName(message, top);
    if (this.components[name] === undefined) {
      // Reserved first: a message may contain itself.
      this.components[name] = {};
      this.components[name] = this.#object(message, top);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The parts of a cluster are written otherwise inside of a job than inside of a cluster. */
  #componentName({ name }: DescMessage, top: DescMessage): string {
    const isCased = this.#version === "v1alpha2" && documentName(top, CASED) !== CASED.jsonName;
    return isCased ? `${name}InSnakeCase` : name;
  }

  #object(message: DescMessage, top: DescMessage): Schema {
    const properties = message.fields
      .filter((field) => this.#version !== "v1" || !isOfV1Alpha2(field))
      .map((field) => [this.#nameOf(field, top), this.#field(field, top)]);
    const required = message.fields.filter(isRequired).map((field) => this.#nameOf(field, top));
    return {
      type: "object",
      ...described(message.typeName),
      properties: Object.fromEntries(properties),
      additionalProperties: false,
      // What is required of a request may be empty in an answer, and is then left out: a remark, not a rule.
      ...(required.length > 0 && { "x-required": required }),
    };
  }

  #nameOf(field: DescField, top: DescMessage): string {
    return this.#version === "v1" ? field.jsonName : documentName(top, field);
  }

  #field(field: DescField, top: DescMessage): Schema {
    const remarks = {
      ...described(`${field.parent.typeName}.${field.name}`),
      ...(isOutputOnly(field) && { readOnly: true }),
      ...(field.proto.options?.deprecated && { deprecated: true }),
    };
    return { ...this.#typeOf(field, top), ...remarks };
  }

  #typeOf(field: DescField, top: DescMessage): Schema {
    switch (field.fieldKind) {
      case "list":
        return { type: "array", items: this.#element(field, top) };
      case "map":
        return { type: "object", additionalProperties: this.#element(field, top) };
      case "message":
        return this.#version === "v1" ? this.#element(field, top) : nullable(this.#element(field, top));
      default:
        return this.#element(field, top);
    }
  }

  /** A field's own type, or that of its elements. */
  #element({ message, enum: values, scalar }: DescField, top: DescMessage): Schema {
    if (message) return this.ref(message, top);
    if (values) return this.#version === "v1" ? enumByNumber(values) : enumByName(values);
    return scalar === undefined ? {} : SCALARS[scalar];
  }
}

const TIMESTAMP = "google.protobuf.Timestamp";
const INT64: Schema = { type: "string", pattern: "^-?\\d+$" };
const UINT64: Schema = { type: "string", pattern: "^\\d+$" };
const INT32: Schema = { type: "integer", format: "int32" };
const UINT32: Schema = { type: "integer", minimum: 0, maximum: 4_294_967_295 };
const TEXT: Schema = { type: "string" };
/** What JSON has no number for is written as text. */
const FLOAT: Schema = { anyOf: [{ type: "number" }, { enum: ["NaN", "Infinity", "-Infinity"] }] };

const SCALARS: Readonly<Record<ScalarType, Schema>> = {
  [ScalarType.DOUBLE]: FLOAT,
  [ScalarType.FLOAT]: FLOAT,
  [ScalarType.INT64]: INT64,
  [ScalarType.UINT64]: UINT64,
  [ScalarType.INT32]: INT32,
  [ScalarType.FIXED64]: UINT64,
  [ScalarType.FIXED32]: UINT32,
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.STRING]: TEXT,
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
  [ScalarType.UINT32]: UINT32,
  [ScalarType.SFIXED32]: INT32,
  [ScalarType.SFIXED64]: INT64,
  [ScalarType.SINT32]: INT32,
  [ScalarType.SINT64]: INT64,
};

/** The schema of a parameter. */
export function parameterSchema({ scalar }: DescField): Schema {
  if (scalar === ScalarType.INT64 || scalar === ScalarType.INT32) return { type: "integer" };
  return scalar === undefined ? TEXT : SCALARS[scalar];
}

export function described(fullName: string): { readonly description?: string } {
  const description = COMMENTS[fullName];
  return description === undefined ? {} : { description };
}

function enumByNumber({ values }: DescEnum): Schema {
  const names = values.map(({ number, name }) => `${number} ${name}`).join(", ");
  return { type: "integer", description: `${names}; requests may say names, too` };
}

function enumByName({ values }: DescEnum): Schema {
  // A number that has no name stays a number.
  return { anyOf: [{ type: "string", enum: values.map(({ name }) => name) }, { type: "integer" }] };
}

function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

function isRequired(field: DescField): boolean {
  return getOption(field, field_behavior).includes(FieldBehavior.REQUIRED);
}

function isOutputOnly(field: DescField): boolean {
  return getOption(field, field_behavior).includes(FieldBehavior.OUTPUT_ONLY);
}

/** KubeRay's v1 has no such field, and strict clients would stumble over it. */
function isOfV1Alpha2({ name }: DescField): boolean {
  return name === "serve_deployment_graph_spec";
}

/** Any field whose name tells casings apart. */
const CASED = { name: "a_b", jsonName: "aB" } as DescField;
