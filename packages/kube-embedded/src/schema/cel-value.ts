import type { Schema } from "@heliostat/kube";
import { celExpression } from "./cel-expression.ts";
import { isJsonObject, type JsonObject, ownMember } from "./json-value.ts";
import { memberSchema } from "./schema-members.ts";
import type { SchemaScope } from "./schema-scope.ts";

/**
 * `value` as rules see it. JSON has one kind of number and no times, CEL has two and has them: the schema says which
 * is meant. Members get the names under which CEL can spell them.
 */
export function celValue(value: unknown, schema: Schema, scope: SchemaScope): unknown {
  const known = scope.resolve(schema);
  if (typeof value === "number") return celNumber(value, known);
  if (typeof value === "string") return celText(value, known);
  if (Array.isArray(value)) return value.map((item) => celValue(item, known.items ?? {}, scope));
  return isJsonObject(value) ? celObject(value, known, scope) : value;
}

function celNumber(value: number, schema: Schema): number | bigint {
  return schema.type === "number" || !Number.isInteger(value) ? value : BigInt(value);
}

function celText(text: string, { type, format }: Schema): unknown {
  if (type !== "string") return text;
  if (format === "date-time") return toTimestamp({ self: text });
  if (format === "duration") return toDuration({ self: text });
  return text;
}

const toTimestamp = celExpression("timestamp(self)");
const toDuration = celExpression("duration(self)");

function celObject(object: JsonObject, schema: Schema, scope: SchemaScope): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const isNamed = ownMember(schema.properties, name) !== undefined;
      const member = celValue(value, memberSchema(schema, name) ?? {}, scope);
      return [isNamed ? celName(name) : name, member];
    }),
  );
}

const RESERVED: ReadonlySet<string> = new Set([
  ...["true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"],
  ...["import", "let", "loop", "package", "namespace", "return", "var", "void", "while"],
]);

/** A property's name as an identifier (Kubernetes rule): `x-prop` is `x__dash__prop`, `namespace` is `__namespace__`. */
export function celName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name
    .replaceAll("__", "__underscores__")
    .replaceAll(".", "__dot__")
    .replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}
