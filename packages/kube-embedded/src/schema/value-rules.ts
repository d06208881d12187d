import { type FieldCause, isEqualJson, type Schema } from "@heliostat/kube";
import { invalidValue, requiredValue, unsupportedValue } from "../api/field-causes.ts";
import { tooLong, tooMany, typeInvalidValue } from "./field-problem.ts";
import { formatSentence, hasFormat } from "./formats.ts";
import { isJsonObject, type JsonObject } from "./json-value.ts";
import { matchesPattern } from "./patterns.ts";

const NONE: readonly never[] = [];
const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/** What one value breaks of its own schema, its members and items not counted. */
export function valueProblems(value: unknown, schema: Schema, path: string): readonly FieldCause[] {
  const wrongType = typeProblem(value, schema, path);
  if (wrongType !== undefined) return [wrongType];
  if (value === null) return [];
  return [...enumProblems(value, schema, path), ...kindProblems(value, schema, path)];
}

/** The problem of a value whose type the schema does not allow. */
export function typeProblem(value: unknown, schema: Schema, path: string): FieldCause | undefined {
  if (isOfType(value, schema)) return undefined;
  const actual = typeName(value);
  const allowed = allowedTypes(schema);
  const fits =
    allowed.length === 0 ||
    allowed.includes(actual) ||
    (actual === "integer" && allowed.includes("number")) ||
    (actual === "null" && schema.nullable === true);
  if (fits) return undefined;
  return typeInvalidValue(
    path,
    actual,
    `${path} in body must be of type ${allowed.join(",")}: ${JSON.stringify(actual)}`,
  );
}

/** Whether the value is of the one type that most schemas name. */
function isOfType(value: unknown, { type }: Schema): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isJsonObject(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function allowedTypes(schema: Schema): readonly string[] {
  if (schema["x-kubernetes-int-or-string"] === true) return ["integer", "string"];
  return schema.type === undefined ? [] : [schema.type];
}

/** `integer` for whole numbers, otherwise what JSON calls it. */
function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

export function enumProblems(value: unknown, schema: Schema, path: string): readonly FieldCause[] {
  if (schema.enum === undefined || schema.enum.some((each) => isEqualJson(each, value))) return NONE;
  return [unsupportedValue(path, value, schema.enum.map(enumText))];
}

function enumText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function kindProblems(value: unknown, schema: Schema, path: string): readonly FieldCause[] {
  if (typeof value === "string") return textProblems(value, schema, path);
  if (typeof value === "number") return numberProblems(value, schema, path);
  if (Array.isArray(value)) return listProblems(value, schema, path);
  return isJsonObject(value) ? objectProblems(value, schema, path) : [];
}

function textProblems(text: string, schema: Schema, path: string): readonly FieldCause[] {
  const { minLength, maxLength, pattern } = schema;
  const problems: FieldCause[] = [];
  const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
  if (maxLength !== undefined && length > maxLength) problems.push(tooLong(path, maxLength));
  if (minLength !== undefined && length < minLength) {
    problems.push(textMinimumProblem(text, minLength, path));
  }
  if (pattern !== undefined && !matchesPattern(pattern, text)) {
    problems.push(invalidValue(path, text, `${path} in body should match '${pattern}'`));
  }
  return [...problems, ...formatProblems(text, schema, path)];
}

function textMinimumProblem(text: string, minLength: number, path: string): FieldCause {
  return invalidValue(path, text, `${path} in body should be at least ${minLength} chars long`);
}

export function formatProblems(text: string, { format }: Schema, path: string): readonly FieldCause[] {
  if (format === undefined || hasFormat(format, text)) return NONE;
  return [formatProblem(text, format, path)];
}

function formatProblem(text: string, format: string, path: string): FieldCause {
  const sentence = formatSentence(format);
  if (sentence !== undefined) return invalidValue(path, text, sentence);
  return typeInvalidValue(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`);
}

function numberProblems(value: number, schema: Schema, path: string): readonly FieldCause[] {
  const sentences = [lowerBound(value, schema), upperBound(value, schema), divisibility(value, schema)];
  return sentences.flatMap((sentence) =>
    sentence === undefined ? [] : [invalidValue(path, value, `${path} in body should be ${sentence}`)],
  );
}

/** What `value` should be when it is too small. */
function lowerBound(value: number, { minimum, exclusiveMinimum }: Schema): string | undefined {
  if (minimum === undefined) return undefined;
  if (exclusiveMinimum === true) return value > minimum ? undefined : `greater than ${minimum}`;
  return value >= minimum ? undefined : `greater than or equal to ${minimum}`;
}

/** What `value` should be when it is too large. */
function upperBound(value: number, { maximum, exclusiveMaximum }: Schema): string | undefined {
  if (maximum === undefined) return undefined;
  if (exclusiveMaximum === true) return value < maximum ? undefined : `less than ${maximum}`;
  return value <= maximum ? undefined : `less than or equal to ${maximum}`;
}

function divisibility(value: number, { multipleOf }: Schema): string | undefined {
  return multipleOf === undefined || isMultiple(value, multipleOf)
    ? undefined
    : `a multiple of ${multipleOf}`;
}

/** Whether `value / divisor` is whole, forgiving the rounding of decimal fractions. */
function isMultiple(value: number, divisor: number): boolean {
  const quotient = value / divisor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

/** The problem of a number that does not fit the 32 bits in which a built-in kind holds it. */
export function int32Problem(value: unknown, schema: Schema, path: string): FieldCause | undefined {
  if (schema.format !== "int32" || typeof value !== "number") return undefined;
  if (value >= INT32_MIN && value <= INT32_MAX) return undefined;
  return invalidValue(path, value, `${path} in body must fit into 32 bits`);
}

function listProblems(items: readonly unknown[], schema: Schema, path: string): readonly FieldCause[] {
  const { minItems, maxItems } = schema;
  const problems: FieldCause[] = [];
  if (maxItems !== undefined && items.length > maxItems) problems.push(tooMany(path, items.length, maxItems));
  if (minItems !== undefined && items.length < minItems) {
    problems.push(invalidValue(path, items.length, `${path} in body should have at least ${minItems} items`));
  }
  return problems;
}

function objectProblems(object: JsonObject, schema: Schema, path: string): readonly FieldCause[] {
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(object).length;
  const problems = [...missingMembers(object, schema, path)];
  if (maxProperties !== undefined && count > maxProperties)
    problems.push(tooMany(path, count, maxProperties));
  if (minProperties !== undefined && count < minProperties) {
    problems.push(
      invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`),
    );
  }
  return problems;
}

export function missingMembers(object: JsonObject, schema: Schema, path: string): readonly FieldCause[] {
  const { required = NONE } = schema;
  if (required.every((name) => Object.hasOwn(object, name))) return NONE;
  return required
    .filter((name) => !Object.hasOwn(object, name))
    .map((name) => requiredValue(path === "" ? name : `${path}.${name}`));
}
