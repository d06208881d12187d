import { type FieldCause, isEqualJson, type Schema, type ValidationRule } from "@heliostat/kube";
import { duplicateValue, forbiddenField, invalidValue, requiredValue } from "../api/field-causes.ts";
import { isObjectBudgetSpent } from "./cel-budget.ts";
import { celRule } from "./cel-rule.ts";
import { celValue } from "./cel-value.ts";
import { memberPath } from "./field-problem.ts";
import { isJsonObject, ownMember } from "./json-value.ts";
import { storedItem } from "./list-identity.ts";
import { memberSchema } from "./schema-members.ts";
import type { SchemaScope } from "./schema-scope.ts";
import type { Place } from "./validate.ts";

/**
 * Every violation of the CEL rules in and below a place. Rules that look at `oldSelf` run where there is one (or always
 * with `optionalOldSelf`); the others are not asked again about what has not changed.
 */
export function ruleProblems(value: unknown, place: Place, scope: SchemaScope): readonly FieldCause[] {
  const schema = scope.resolve(place.schema);
  if (!holdsRules(schema, scope)) return [];
  const here = { ...place, schema };
  return [...ownProblems(value, here, scope), ...innerProblems(value, here, scope)];
}

function ownProblems(value: unknown, place: Place, scope: SchemaScope): readonly FieldCause[] {
  const rules = place.schema["x-kubernetes-validations"] ?? [];
  if (rules.length === 0 || value === null) return [];
  const { schema, stored } = place;
  const hasStored = stored !== undefined && stored !== null;
  const isUnchanged = hasStored && isEqualJson(value, stored);
  const self = celValue(value, schema, scope);
  const oldSelf = hasStored ? celValue(stored, schema, scope) : undefined;
  return rules.flatMap((rule) => {
    const { isTransition, violation } = celRule(rule);
    const isDue =
      !isObjectBudgetSpent() && (isTransition ? hasStored || rule.optionalOldSelf === true : !isUnchanged);
    const message = isDue ? violation(self, oldSelf) : undefined;
    return message === undefined ? [] : [problem(rule, message, place)];
  });
}

function innerProblems(value: unknown, place: Place, scope: SchemaScope): readonly FieldCause[] {
  const { schema, stored, path } = place;
  const { items } = schema;
  if (Array.isArray(value)) {
    if (items === undefined) return [];
    return value.flatMap((item, index) => {
      const was = storedItem(item, { schema, stored }, scope);
      return ruleProblems(item, { path: `${path}[${index}]`, schema: items, stored: was }, scope);
    });
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const known = memberSchema(schema, name);
    if (known === undefined) return [];
    const was = isJsonObject(stored) ? ownMember(stored, name) : undefined;
    return ruleProblems(member, { path: memberPath(path, name), schema: known, stored: was }, scope);
  });
}

/** The violation in the words of its reason. Rules name the type of the value, not the value: it may be large. */
function problem(rule: ValidationRule, message: string, { path, schema }: Place): FieldCause {
  const field = `${path}${fieldSuffix(rule, path)}`;
  if (rule.reason === "FieldValueRequired") return requiredValue(field, message);
  if (rule.reason === "FieldValueForbidden") return forbiddenField(field, message);
  if (rule.reason === "FieldValueDuplicate") return duplicateValue(field, schema.type);
  return invalidValue(field, schema.type ?? "object", message);
}

function fieldSuffix({ fieldPath }: ValidationRule, path: string): string {
  if (fieldPath === undefined) return "";
  return path === "" && fieldPath.startsWith(".") ? fieldPath.slice(1) : fieldPath;
}

const rulesKnown = new WeakMap<SchemaScope, WeakMap<Schema, boolean>>();

/** Whether there is a rule in or below `schema`: most subtrees have none and are not walked. */
export function holdsRules(schema: Schema, scope: SchemaScope): boolean {
  const known = rulesKnown.get(scope) ?? new WeakMap<Schema, boolean>();
  rulesKnown.set(scope, known);
  const answer = known.get(schema);
  if (answer !== undefined) return answer;
  // A definition that contains itself: its rules, if any, are found by the visit that is under way.
  known.set(schema, false);
  const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  const holds =
    (schema["x-kubernetes-validations"]?.length ?? 0) > 0 ||
    inner.some((each) => typeof each === "object" && holdsRules(scope.resolve(each), scope));
  known.set(schema, holds);
  return holds;
}
