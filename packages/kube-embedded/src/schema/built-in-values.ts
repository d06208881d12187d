import type { FieldCause, Schema } from "@heliostat/kube";
import { invalidValue, requiredValue } from "../api/field-causes.ts";
import { isJsonObject } from "./json-value.ts";
import { enumProblems, formatProblems, int32Problem, missingMembers, typeProblem } from "./value-rules.ts";

/** Nearly every value is right. */
const NONE: readonly never[] = [];

/**
 * What one value breaks of its own schema, where the kind is built in: fewer rules than a CustomResourceDefinition may
 * have, in the words in which Kubernetes' own code says them.
 */
export function builtInProblems(value: unknown, schema: Schema, path: string): readonly FieldCause[] {
  const wrongType = typeProblem(value, schema, path) ?? int32Problem(value, schema, path);
  if (wrongType !== undefined) return [wrongType];
  if (value === null) return NONE;
  if (isEmpty(value, schema)) return [requiredValue(path)];
  if (isJsonObject(value)) return missingMembers(value, schema, path);
  const unlisted = enumProblems(value, schema, path);
  return unlisted.length > 0 ? unlisted : plainProblems(value, schema, path);
}

/** Empty is as good as absent, where something must be said. */
function isEmpty(value: unknown, { minLength = 0, minItems = 0 }: Schema): boolean {
  if (typeof value === "string") return value === "" && minLength > 0;
  return Array.isArray(value) && value.length < minItems;
}

function plainProblems(value: unknown, schema: Schema, path: string): readonly FieldCause[] {
  if (typeof value === "string") return formatProblems(value, schema, path);
  return typeof value === "number" ? rangeProblems(value, schema, path) : NONE;
}

function rangeProblems(value: number, { minimum, maximum }: Schema, path: string): readonly FieldCause[] {
  const isInside = value >= (minimum ?? value) && value <= (maximum ?? value);
  if (isInside) return NONE;
  const detail =
    maximum === undefined
      ? `must be greater than or equal to ${minimum}`
      : `must be between ${minimum} and ${maximum}, inclusive`;
  return [invalidValue(path, value, detail)];
}
