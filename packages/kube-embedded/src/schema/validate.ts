import { type FieldCause, isEqualJson, type Schema } from "@heliostat/kube";
import { invalidValue } from "../api/field-causes.ts";
import { builtInProblems } from "./built-in-values.ts";
import { memberPath } from "./field-problem.ts";
import { isJsonObject, type JsonObject, ownMember } from "./json-value.ts";
import { duplicateItems, storedItem } from "./list-identity.ts";
import { memberSchema, type SchemaScope } from "./schema-scope.ts";
import { valueProblems } from "./value-rules.ts";

/** A place in an object, and what stood there before an update. */
export interface Place {
  readonly path: string;
  readonly schema: Schema;
  /** `undefined` on a create, and where nothing comparable was. */
  readonly stored: unknown;
}

/**
 * Every violation of the schema's value rules. What has not changed since `stored` is let through (ratcheting): an
 * object that was valid when it was written can still be edited after its schema has become stricter.
 */
export function schemaProblems(value: unknown, place: Place, scope: SchemaScope): readonly FieldCause[] {
  if (place.stored !== undefined && isEqualJson(value, place.stored)) return [];
  const { path } = place;
  const schema = scope.resolve(place.schema);
  const here = { ...place, schema };
  const own = scope.isCustom ? valueProblems(value, schema, path) : builtInProblems(value, schema, path);
  if (own.some(({ reason }) => reason === "FieldValueTypeInvalid")) return own;
  return [...own, ...innerProblems(value, here, scope), ...compositionProblems(value, here, scope)];
}

function innerProblems(value: unknown, place: Place, scope: SchemaScope): readonly FieldCause[] {
  if (Array.isArray(value)) return itemProblems(value, place, scope);
  return isJsonObject(value) ? memberProblems(value, place, scope) : [];
}

function itemProblems(items: readonly unknown[], place: Place, scope: SchemaScope): readonly FieldCause[] {
  const { path, schema, stored } = place;
  const itemSchema = schema.items;
  if (itemSchema === undefined) return [];
  const problems = items.flatMap((item, index) => {
    const at = { path: `${path}[${index}]`, schema: itemSchema, stored: undefined };
    const was = stored === undefined ? undefined : storedItem(item, { schema, stored }, scope);
    return schemaProblems(item, { ...at, stored: was }, scope);
  });
  return [...problems, ...duplicateItems(items, { schema, path }, scope)];
}

function memberProblems(object: JsonObject, place: Place, scope: SchemaScope): readonly FieldCause[] {
  const { path, schema, stored } = place;
  return Object.entries(object).flatMap(([name, value]) => {
    const known = memberSchema(schema, name);
    if (known === undefined) return [];
    const was = isJsonObject(stored) ? ownMember(stored, name) : undefined;
    return schemaProblems(value, { path: memberPath(path, name), schema: known, stored: was }, scope);
  });
}

function compositionProblems(value: unknown, place: Place, scope: SchemaScope): readonly FieldCause[] {
  const { allOf, anyOf, oneOf, not } = place.schema;
  const problems: FieldCause[] = [];
  if (allOf !== undefined) problems.push(...allOf.flatMap((each) => alternative(value, each)));
  if (anyOf !== undefined) problems.push(...anyOfProblems(anyOf));
  if (oneOf !== undefined) problems.push(...oneOfProblems(oneOf));
  if (not !== undefined && alternative(value, not).length === 0) {
    problems.push(summary("must not validate the schema (not)"));
  }
  return problems;

  function alternative(candidate: unknown, schema: Schema): readonly FieldCause[] {
    return schemaProblems(candidate, { ...place, schema, stored: undefined }, scope);
  }

  function anyOfProblems(schemas: readonly Schema[]): readonly FieldCause[] {
    const failures = schemas.map((each) => alternative(value, each));
    if (failures.some((each) => each.length === 0)) return [];
    return [summary("must validate at least one schema (anyOf)"), ...closest(failures)];
  }

  function oneOfProblems(schemas: readonly Schema[]): readonly FieldCause[] {
    const failures = schemas.map((each) => alternative(value, each));
    const validCount = failures.filter((each) => each.length === 0).length;
    if (validCount === 1) return [];
    const sentence = "must validate one and only one schema (oneOf).";
    if (validCount > 1) return [summary(`${sentence} Found ${validCount} valid alternatives`)];
    return [summary(`${sentence} Found none valid`), ...closest(failures)];
  }

  function summary(sentence: string): FieldCause {
    return invalidValue(place.path, "", `${JSON.stringify(place.path)} ${sentence}`);
  }
}

/** The problems of the alternative that came nearest: what its author probably meant to write. */
function closest(failures: readonly (readonly FieldCause[])[]): readonly FieldCause[] {
  return failures.reduce((best, each) => (each.length < best.length ? each : best), failures[0] ?? []);
}
