import type { ValidationRule } from "@heliostat/kube";
import { EvaluationError, Optional } from "@marcbachmann/cel-js";
import { CelBudgetError, withinRuleBudget } from "./cel-budget.ts";
import { type CelExpression, celExpression, readsOldSelf } from "./cel-expression.ts";

/** A compiled rule of `x-kubernetes-validations`. */
export interface CelRule {
  /** Whether it compares with the value before the change. */
  readonly isTransition: boolean;
  /** Why `self` breaks the rule; `undefined` when it keeps it. `oldSelf` `undefined`: there was none. */
  violation(self: unknown, oldSelf: unknown): string | undefined;
}

const compiled = new WeakMap<ValidationRule, CelRule>();

/**
 * The rule made ready to run. Compiled when an object first reaches it, then kept as long as its schema lives.
 *
 * @throws Error when the rule or its message expression is malformed
 */
export function celRule(rule: ValidationRule): CelRule {
  const known = compiled.get(rule);
  if (known !== undefined) return known;
  const fresh = compile(rule);
  compiled.set(rule, fresh);
  return fresh;
}

function compile(rule: ValidationRule): CelRule {
  const holds = celExpression(rule.rule);
  const message = rule.messageExpression === undefined ? undefined : celExpression(rule.messageExpression);
  return { isTransition: readsOldSelf(rule.rule), violation };

  function violation(self: unknown, oldSelf: unknown): string | undefined {
    const variables = { self, oldSelf: rule.optionalOldSelf === true ? optional(oldSelf) : oldSelf };
    try {
      const isKept = withinRuleBudget(() => holds(variables)) === true;
      return isKept ? undefined : violationText(rule, message, variables);
    } catch (error) {
      return failureText(rule, error);
    }
  }
}

/** What is said of a rule that could not be evaluated to its end. */
function failureText(rule: ValidationRule, error: unknown): string {
  if (!(error instanceof Error)) throw error;
  const text = (rule.message || rule.rule).trim();
  if (error instanceof CelBudgetError)
    return `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`;
  return `${errorText(error)} evaluating rule: ${text}`;
}

function optional(value: unknown): Optional {
  return value === undefined ? Optional.none() : Optional.of(value);
}

/** The computed message; where there is none, or computing it fails, the fixed one (Kubernetes rule). */
function violationText(
  rule: ValidationRule,
  message: CelExpression | undefined,
  variables: Parameters<CelExpression>[0],
): string {
  if (message === undefined) return fixedText(rule);
  try {
    const text = withinRuleBudget(() => message(variables));
    return typeof text === "string" && text.trim() !== "" ? text : fixedText(rule);
  } catch {
    return fixedText(rule);
  }
}

function fixedText({ rule, message }: ValidationRule): string {
  return message === undefined || message === "" ? `failed rule: ${rule.trim()}` : message;
}

function errorText(error: Error): string {
  const text = error instanceof EvaluationError ? error.summary : error.message;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
