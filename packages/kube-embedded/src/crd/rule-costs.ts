import type { FieldCause } from "@heliostat/kube";
import { forbiddenField } from "../api/field-causes.ts";
import { times } from "../schema/cel-cost/size.ts";
import { celEstimate } from "../schema/cel-estimate.ts";
import type { RulePlace } from "./rule-places.ts";

/** Kubernetes' limits of what rules may cost at worst, in units: one expression, and all of a schema. */
const EXPRESSION_LIMIT = 10_000_000;
const SCHEMA_LIMIT = 100_000_000;

/** So many of the dearest are named when all together cost too much, of those that make up a hundredth of it. */
const NAMED_EXPRESSIONS = 4;

/**
 * Rules that could cost too much, reckoned from the limits that the schema sets (`maxItems`, `maxProperties`,
 * `maxLength`) and from how often a rule's place may occur. In Kubernetes' words and with its figures.
 */
export function ruleCostProblems(places: readonly RulePlace[], path: string): readonly FieldCause[] {
  const costs = places.flatMap(expressionCosts);
  const tooDear = costs
    .filter(({ cost }) => cost > EXPRESSION_LIMIT)
    .map(({ name, field, cost }) =>
      forbiddenField(field, excess(`estimated ${name} cost`, cost / EXPRESSION_LIMIT)),
    );
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= SCHEMA_LIMIT) return tooDear;
  const dearest = costs
    .filter(({ cost }) => cost >= SCHEMA_LIMIT / 100)
    .sort((left, right) => right.cost - left.cost)
    .slice(0, NAMED_EXPRESSIONS);
  const detail = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
  const name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
  return [
    ...tooDear,
    ...dearest.map(({ field }) => forbiddenField(field, detail)),
    forbiddenField(path, excess(name, total / SCHEMA_LIMIT)),
  ];
}

interface ExpressionCost {
  readonly name: "rule" | "messageExpression";
  readonly field: string;
  readonly cost: number;
}

function expressionCosts({ rule, path, self, most }: RulePlace): readonly ExpressionCost[] {
  const types = { self, isOldSelfOptional: rule.optionalOldSelf === true };
  const cost = times(celEstimate(rule.rule, types).cost, most);
  const own: ExpressionCost = { name: "rule", field: `${path}.rule`, cost };
  if (!rule.messageExpression) return [own];
  const message = celEstimate(rule.messageExpression, types).cost;
  return [own, { name: "messageExpression", field: `${path}.messageExpression`, cost: message }];
}

function excess(name: string, factor: number): string {
  return `${name} exceeds budget by factor of ${factorText(factor)} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** Kubernetes prints no "1.0x", and no figures that mean nothing. */
function factorText(factor: number): string {
  if (factor > 100) return "more than 100x";
  return `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
}
