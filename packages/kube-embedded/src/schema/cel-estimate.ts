import type { ASTNode } from "@marcbachmann/cel-js";
import type { CostScope, Variable } from "./cel-cost/cost-scope.ts";
import type { DeclaredType } from "./cel-cost/declared-type.ts";
import { expressionCost } from "./cel-cost/expression-cost.ts";
import { parsedExpression } from "./cel-expression.ts";

/** What can be said of a rule before there is an object. */
export interface CelEstimate {
  /** The worst that one evaluation may cost, in CEL's units; `Infinity` when nothing bounds it. */
  readonly cost: number;
  /** Fields that the schema does not have, each in CEL's words. */
  readonly undefinedFields: readonly string[];
}

/** @throws Error when the text is no CEL expression */
export function celEstimate(
  text: string,
  { self, isOldSelfOptional }: { readonly self: DeclaredType; readonly isOldSelfOptional: boolean },
): CelEstimate {
  const place = { declared: self };
  const oldSelf: Variable = isOldSelfOptional
    ? { type: { kind: "optional", element: self }, place }
    : { type: self, place };
  const undefinedFields = new Set<string>();
  const scope: CostScope = {
    root: self,
    variables: new Map<string, Variable>([
      ["self", { type: self, place }],
      ["oldSelf", oldSelf],
    ]),
    costOf: expressionCost,
    onUndefinedField: (node, field) => undefinedFields.add(undefinedField(text, node, field)),
  };
  const { cost } = expressionCost(parsedExpression(text), scope);
  return { cost, undefinedFields: [...undefinedFields] };
}

/** As CEL's checker points at the dot before the field. */
function undefinedField(text: string, node: ASTNode, field: string): string {
  const [operand] = [node.args].flat() as readonly ASTNode[];
  const at = operand?.end ?? node.start;
  const before = text.slice(0, at).split("\n");
  const column = before.at(-1)?.length ?? 0;
  const line = text.split("\n")[before.length - 1] ?? "";
  return `ERROR: <input>:${before.length}:${column + 1}: undefined field '${field}'\n | ${line}\n | ${".".repeat(column)}^`;
}
