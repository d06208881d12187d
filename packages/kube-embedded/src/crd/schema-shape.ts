import type { FieldCause, Schema } from "@heliostat/kube";
import { schemaScope } from "../schema/schema-scope.ts";
import { schemaProblems } from "../schema/validate.ts";

const TEXT: Schema = { type: "string" };
const NUMBER: Schema = { type: "number" };
const WHOLE: Schema = { type: "integer" };
const FLAG: Schema = { type: "boolean" };
const TEXTS: Schema = { type: "array", items: TEXT };
const SCHEMA: Schema = { $ref: "Schema" };
const SCHEMAS: Schema = { type: "array", items: SCHEMA };

const RULE: Schema = {
  type: "object",
  required: ["rule"],
  properties: {
    ...{ rule: TEXT, message: TEXT, messageExpression: TEXT, fieldPath: TEXT, optionalOldSelf: FLAG },
    reason: {
      type: "string",
      enum: ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"],
    },
  },
};

/** The schema of schemas. */
const META_SCHEMA: Schema = {
  type: "object",
  properties: {
    ...{ $ref: TEXT, type: TEXT, format: TEXT, title: TEXT, description: TEXT, pattern: TEXT },
    ...{ nullable: FLAG, uniqueItems: FLAG, exclusiveMinimum: FLAG, exclusiveMaximum: FLAG },
    ...{ minimum: NUMBER, maximum: NUMBER, multipleOf: NUMBER },
    ...{ minLength: WHOLE, maxLength: WHOLE, minItems: WHOLE, maxItems: WHOLE },
    ...{ minProperties: WHOLE, maxProperties: WHOLE },
    ...{ required: TEXTS, enum: { type: "array" } },
    ...{ properties: { type: "object", additionalProperties: SCHEMA }, items: SCHEMA, not: SCHEMA },
    ...{ allOf: SCHEMAS, anyOf: SCHEMAS, oneOf: SCHEMAS },
    "x-kubernetes-int-or-string": FLAG,
    "x-kubernetes-embedded-resource": FLAG,
    "x-kubernetes-preserve-unknown-fields": { type: "boolean", enum: [true] },
    "x-kubernetes-list-type": { type: "string", enum: ["atomic", "set", "map"] },
    "x-kubernetes-list-map-keys": TEXTS,
    "x-kubernetes-map-type": { type: "string", enum: ["atomic", "granular"] },
    "x-kubernetes-validations": { type: "array", items: RULE },
  },
};

const scope = schemaScope({ Schema: META_SCHEMA }, true);

/** What makes a value no schema at all: keywords of the wrong type. Free of these, it may be read as a `Schema`. */
export function schemaShapeProblems(candidate: unknown, path: string): readonly FieldCause[] {
  return schemaProblems(candidate, { path, schema: SCHEMA, stored: undefined }, scope);
}
