import { type ASTNode, Environment, type ParseResult } from "@marcbachmann/cel-js";
import { registerKubernetesFunctions } from "./cel-functions.ts";

/** A CEL expression over `self` and `oldSelf`, ready to run. */
export type CelExpression = (variables: { readonly self: unknown; readonly oldSelf?: unknown }) => unknown;

const environment: Environment = registerKubernetesFunctions(
  new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true })
    .registerVariable("self", "dyn")
    .registerVariable("oldSelf", "dyn"),
);

/** @throws Error when the text is no CEL expression, or names what does not exist */
export function celExpression(text: string): CelExpression {
  const checked = checkedExpression(text);
  return (variables) => checked(variables);
}

/** Whether the expression looks at the value before the change: such rules are skipped where there was none. */
export function readsOldSelf(text: string): boolean {
  return names(environment.parse(text).ast, "oldSelf");
}

function checkedExpression(text: string): ParseResult {
  const parsed = environment.parse(withRe2Matches(text));
  const { valid, error } = parsed.check();
  if (!valid)
    throw new Error(`Cannot compile rule: ${error?.summary ?? "its types do not fit"}`, { cause: error });
  return parsed;
}

/**
 * The same expression with each `.matches(` calling our function: the library's own uses JavaScript's regular
 * expressions, which know another syntax than RE2 and can take forever.
 */
function withRe2Matches(text: string): string {
  const gaps = matchesCalls(environment.parse(text).ast).sort((left, right) => right.start - left.start);
  return gaps.reduce((result, { start, end }) => {
    const call = result.slice(start, end).replace(/\.\s*matches\s*\(/, ".matchesRe2(");
    return result.slice(0, start) + call + result.slice(end);
  }, text);
}

interface Gap {
  readonly start: number;
  readonly end: number;
}

/** For each call of `matches`, the text between its receiver and its argument. */
function matchesCalls(node: ASTNode): Gap[] {
  const inner = children(node).flatMap(matchesCalls);
  if (node.op !== "rcall" || node.args[0] !== "matches") return inner;
  const [, receiver, [argument]] = node.args;
  return argument === undefined ? inner : [...inner, { start: receiver.end, end: argument.start }];
}

function names(node: ASTNode, variable: string): boolean {
  if (node.op === "id") return node.args === variable;
  return children(node).some((child) => names(child, variable));
}

function children(node: ASTNode): readonly ASTNode[] {
  return [node.args].flat(3).filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}
