import type { ASTNode } from "@marcbachmann/cel-js";
import type { DeclaredType } from "./declared-type.ts";
import type { Estimate } from "./estimate.ts";

/** A value that has a name. Looking at it costs a unit, whatever it cost to make. */
export type Variable = Omit<Estimate, "cost">;

/** What an expression may name, and what it names in vain. */
export interface CostScope {
  /** The type of `self`: where ways into the schema begin. */
  readonly root: DeclaredType;
  readonly variables: ReadonlyMap<string, Variable>;
  /** What a part of an expression costs in a scope. */
  costOf(node: ASTNode, scope: CostScope): Estimate;
  /** Told of each field that its object does not declare. */
  onUndefinedField(node: ASTNode, field: string): void;
}

export function withVariables(
  scope: CostScope,
  variables: readonly (readonly [name: string, value: Variable])[],
): CostScope {
  return { ...scope, variables: new Map([...scope.variables, ...variables]) };
}
