import type { FieldCause, KubeObject, Schema } from "@heliostat/kube";
import { isObjectBudgetSpent, withinObjectBudget } from "./cel-budget.ts";
import type { CompiledSchema } from "./compiled-schema.ts";
import { defaulted } from "./defaults.ts";
import { goForm } from "./go-form.ts";
import { pruned } from "./prune.ts";
import { holdsRules, ruleProblems } from "./rule-problems.ts";
import { resourceSchema, type SchemaScope, schemaScope } from "./schema-scope.ts";
import { schemaProblems } from "./validate.ts";

export interface SchemaOptions {
  /** What `$ref`s name: `KUBE_SCHEMAS`. */
  readonly definitions: Readonly<Record<string, Schema>>;
  /** Whether the schema comes from a CustomResourceDefinition. */
  readonly isCustom: boolean;
}

/**
 * The schema of a kind, ready for work. Nothing is expanded: references are followed and rules compiled when an object
 * first reaches them, so a schema of a megabyte costs what its text costs.
 */
export function compileSchema(schema: Schema, { definitions, isCustom }: SchemaOptions): CompiledSchema {
  const scope = schemaScope(definitions, isCustom);
  const root = isCustom ? resourceSchema(schema) : schema;
  const form = isCustom ? withMetadataForm(scope) : goForm(nameOf(schema, definitions), scope);
  return {
    prune: (object) => {
      const { object: known, unknownFields } = pruned(object, root, scope);
      return { object: form(known) as KubeObject, unknownFields };
    },
    withDefaults: (object) => defaulted(object, root, scope),
    validate: (object, stored) => problems(object, { path: "", schema: root, stored }, scope),
  };
}

/** Of custom kinds, Kubernetes' own types hold the metadata alone. */
function withMetadataForm(scope: SchemaScope): (object: KubeObject) => KubeObject {
  const form = goForm("ObjectMeta", scope);
  return (object) => {
    const metadata = form(object.metadata) as KubeObject["metadata"];
    return metadata === object.metadata ? object : { ...object, metadata };
  };
}

function nameOf(schema: Schema, definitions: Readonly<Record<string, Schema>>): string {
  const found = Object.keys(definitions).find((name) => definitions[name] === schema);
  if (found === undefined)
    throw new Error("Cannot compile the schema of a built-in kind: it is no definition");
  return found;
}

/** Reasons after which rules would stumble over what is already reported. */
const BLOCKING_REASONS: ReadonlySet<string> = new Set([
  "FieldValueRequired",
  "FieldValueNotSupported",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const RULES_NOT_CHECKED: FieldCause = {
  reason: "FieldValueInvalid",
  message:
    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
  field: "<nil>",
};

function problems(
  object: KubeObject,
  place: { readonly path: string; readonly schema: Schema; readonly stored: KubeObject | undefined },
  scope: SchemaScope,
): readonly FieldCause[] {
  const found = schemaProblems(object, place, scope);
  if (!holdsRules(place.schema, scope)) return found;
  const isBlocked = found.some(({ reason }) => BLOCKING_REASONS.has(reason));
  if (isBlocked) return [...found, RULES_NOT_CHECKED];
  const broken = withinObjectBudget(() => ruleProblems(object, place, scope));
  return [...found, ...broken, ...(isObjectBudgetSpent() ? [BUDGET_SPENT] : [])];
}

const BUDGET_SPENT: FieldCause = {
  reason: "FieldValueInvalid",
  message:
    'Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
  field: "<nil>",
};
