import { type ASTNode, Environment, type ParseResult } from "@marcbachmann/cel-js";
import { CHARGE, registerKubernetesFunctions } from "./cel-functions.ts";
import { withPlainLiterals } from "./cel-optional-literals.ts";

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
  return names(parsedExpression(text), "oldSelf");
}

/** @throws Error when the text is no CEL expression */
export function parsedExpression(text: string): ASTNode {
  return environment.parse(withPlainLiterals(text)).ast;
}

/** The name of the type that the expression gives (`bool`, `dyn`). @throws Error when it cannot be compiled */
export function resultType(text: string): string {
  return checkedExpression(text).check().type ?? "dyn";
}

function checkedExpression(text: string): ParseResult {
  const parsed = environment.parse(withCharges(withRe2Matches(withPlainLiterals(text))));
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

/** Macros that look at each item of a list or map, by the numbers of names that they declare first. */
const LOOPS: ReadonlyMap<string, readonly number[]> = new Map([
  ["all", [1, 2]],
  ["exists", [1, 2]],
  ["exists_one", [1, 2]],
  ["existsOne", [2]],
  ["filter", [1]],
  ["map", [1]],
  ["transformList", [2]],
  ["transformMap", [2]],
  ["transformMapEntry", [2]],
]);

/** Loops whose result is what the last argument makes of each item; one before that is a filter. */
const TRANSFORMATIONS: ReadonlySet<string> = new Set([
  "map",
  "transformList",
  "transformMap",
  "transformMapEntry",
]);

/**
 * The same expression with each step of a loop paid for: `l.all(x, p)` becomes `l.all(x, charge(n) ? (p) : false)`,
 * where `n` is the size of `p`, and `l.map(x, t)` becomes `l.map(x, charge(n), t)`. (No `&&`: it would look at `p` even
 * where the charge fails.)
 */
function withCharges(text: string): string {
  const insertions = steps(environment.parse(text).ast).sort((left, right) => right.at - left.at);
  return insertions.reduce(
    (result, { at, text: added }) => result.slice(0, at) + added + result.slice(at),
    text,
  );
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

function steps(node: ASTNode): Insertion[] {
  const inner = children(node).flatMap(steps);
  if (node.op !== "rcall") return inner;
  const [name, , args] = node.args;
  const names = LOOPS.get(name)?.findLast((count) => count < args.length) ?? args.length;
  const step = args[names];
  if (step === undefined) return inner;
  const charge = `${CHARGE}(${sizeOf(step)})`;
  if (TRANSFORMATIONS.has(name) && args.length === names + 1)
    return [...inner, { at: step.start, text: `${charge}, ` }];
  // Of insertions at one place the last made stands first: an inner loop's own charge comes after this one.
  return [{ at: step.end, text: ") : false" }, ...inner, { at: step.start, text: `${charge} ? (` }];
}

function sizeOf(node: ASTNode): number {
  return children(node).reduce((size, child) => size + sizeOf(child), 1);
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
