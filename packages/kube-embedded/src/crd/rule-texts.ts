import type { FieldCause, ValidationRule } from "@heliostat/kube";
import { invalidValue, requiredValue } from "../api/field-causes.ts";
import type { DeclaredType } from "../schema/cel-cost/declared-type.ts";
import { celEstimate } from "../schema/cel-estimate.ts";
import { readsOldSelf, resultType } from "../schema/cel-expression.ts";
import type { RulePlace } from "./rule-places.ts";

/** What is wrong with a rule as it is written, in Kubernetes' words; where its costs end is another question. */
export function ruleTextProblems({ rule, path, self, uncorrelated }: RulePlace): readonly FieldCause[] {
  const { rule: text, messageExpression } = rule;
  if (text.trim() === "") return [requiredValue(`${path}.rule`, "rule is not specified")];
  const types = { self, isOldSelfOptional: rule.optionalOldSelf === true };
  const compiled = expressionProblems(text, { field: `${path}.rule`, result: "bool", types });
  return [
    ...messageProblems(rule, path),
    ...compiled,
    ...(messageExpression === undefined
      ? []
      : messageExpressionProblems(messageExpression, `${path}.messageExpression`, types)),
    ...(compiled.length > 0 ? [] : oldSelfProblems(rule, path, uncorrelated)),
  ];
}

const LINE_BREAK = /[\n\r]/;

function messageProblems({ rule, message }: ValidationRule, path: string): readonly FieldCause[] {
  const field = `${path}.message`;
  const text = message?.trim() ?? "";
  if (message !== undefined && message !== "" && text === "")
    return [invalidValue(field, message, "message must be non-empty if specified")];
  if (LINE_BREAK.test(text)) return [invalidValue(field, message, "message must not contain line breaks")];
  if (LINE_BREAK.test(rule.trim()) && text === "")
    return [requiredValue(field, "message must be specified if rule contains line breaks")];
  return [];
}

interface Types {
  readonly self: DeclaredType;
  readonly isOldSelfOptional: boolean;
}

function messageExpressionProblems(text: string, field: string, types: Types): readonly FieldCause[] {
  if (text.trim() === "")
    return text === "" ? [] : [requiredValue(field, "messageExpression must be non-empty if specified")];
  return expressionProblems(text, { field, result: "string", types });
}

interface Expected {
  readonly field: string;
  readonly result: "bool" | "string";
  readonly types: Types;
}

const WRONG_RESULTS = {
  bool: "cel expression must evaluate to a bool",
  string: "messageExpression must evaluate to a string",
} as const;

function expressionProblems(text: string, { field, result, types }: Expected): readonly FieldCause[] {
  try {
    const type = resultType(text);
    if (type !== result && type !== "dyn") return [invalidValue(field, text, WRONG_RESULTS[result])];
    const { undefinedFields } = celEstimate(text, types);
    return undefinedFields.length === 0
      ? []
      : [invalidValue(field, text, `compilation failed: ${undefinedFields.join("\n")}`)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [invalidValue(field, text, `compilation failed: ${reason}`)];
  }
}

function oldSelfProblems(
  { rule, optionalOldSelf }: ValidationRule,
  path: string,
  uncorrelated: string | undefined,
): readonly FieldCause[] {
  if (readsOldSelf(rule)) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    return uncorrelated === undefined ? [] : [invalidValue(`${path}.rule`, rule, detail)];
  }
  const detail = "may not be set if oldSelf is not used in rule";
  return optionalOldSelf === undefined
    ? []
    : [invalidValue(`${path}.optionalOldSelf`, optionalOldSelf, detail)];
}
