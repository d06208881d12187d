import { type FieldCause, isEqualJson, type Schema } from "@heliostat/kube";
import { invalidValue } from "../api/field-causes.ts";
import { builtInProblems } from "./built-in-values.ts";
import { memberPath } from "./field-problem.ts";
import { isJsonObject, type JsonObject, ownMember } from "./json-value.ts";
import { duplicateItems, storedItem } from "./list-identity.ts";
import { membersOf, plainTypeOf } from "./schema-members.ts";
import type { SchemaScope } from "./schema-scope.ts";
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
  const problems: FieldCause[] = [];
  collect(value, place, { scope, problems });
  return problems;
}

/** One list for a whole object: nearly all objects are valid, and most of their nodes have nothing to say. */
interface Walk {
  readonly scope: SchemaScope;
  readonly problems: FieldCause[];
}

function collect(value: unknown, place: Place, walk: Walk): void {
  if (place.stored !== undefined && isEqualJson(value, place.stored)) return;
  const { scope, problems } = walk;
  const { path } = place;
  const schema = scope.resolve(place.schema);
  const own = scope.isCustom ? valueProblems(value, schema, path) : builtInProblems(value, schema, path);
  if (own.length > 0) problems.push(...own);
  if (own.some(({ reason }) => reason === "FieldValueTypeInvalid")) return;
  if (typeof value !== "object" && !hasAlternatives(schema)) return;
  const here = { ...place, schema };
  if (Array.isArray(value)) collectItems(value, here, walk);
  else if (isJsonObject(value)) collectMembers(value, here, walk);
  if (hasAlternatives(schema)) problems.push(...compositionProblems(value, here, scope));
}

function collectItems(items: readonly unknown[], place: Place, walk: Walk): void {
  const { path, schema, stored } = place;
  const { scope, problems } = walk;
  const itemSchema = schema.items;
  if (itemSchema === undefined) return;
  const plainType = plainTypeOf(itemSchema);
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (isPlainlyValid(item, plainType)) continue;
    const was = stored === undefined ? undefined : storedItem(item, { schema, stored }, scope);
    collect(item, { path: `${path}[${index}]`, schema: itemSchema, stored: was }, walk);
  }
  const duplicates = duplicateItems(items, { schema, path }, scope);
  if (duplicates.length > 0) problems.push(...duplicates);
}

function collectMembers(object: JsonObject, place: Place, walk: Walk): void {
  const { path, schema, stored } = place;
  const members = membersOf(schema);
  for (const name in object) {
    const known = members.find(name);
    const value = object[name];
    if (known === undefined || isPlainlyValid(value, known.plainType)) continue;
    const was = isJsonObject(stored) ? ownMember(stored, name) : undefined;
    collect(value, { path: memberPath(path, name), schema: known.schema, stored: was }, walk);
  }
}

/** Whether the value is of a type of which all are right: true of most texts and flags. */
function isPlainlyValid(value: unknown, plainType: string): boolean {
  return plainType !== "" && typeof value === plainType;
}

function hasAlternatives({ allOf, anyOf, oneOf, not }: Schema): boolean {
  return allOf !== undefined || anyOf !== undefined || oneOf !== undefined || not !== undefined;
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
