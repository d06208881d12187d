import type { ASTNode } from "@marcbachmann/cel-js";
import { callCost } from "./call-costs.ts";
import { type CostScope, withVariables } from "./cost-scope.ts";
import { type DeclaredType, REQUEST_BYTES } from "./declared-type.ts";
import { DYN, type Estimate, maybe, ofKind, type Place, sizeOf, type ValueType } from "./estimate.ts";
import { isLoop, loopCost } from "./loop-costs.ts";
import { added, exactly, SCALAR_SIZE, TEXT_FACTOR, traversal, united } from "./size.ts";

/**
 * The worst that an expression can cost, in CEL's units, and what is known of its value. Follows CEL's own estimate
 * (`checker.Cost`) as Kubernetes uses it, since it decides which definitions are refused.
 */
export function expressionCost(node: ASTNode, scope: CostScope): Estimate {
  switch (node.op) {
    case "value":
      return literal(node.args);
    case "id":
      return { ...(scope.variables.get(node.args) ?? { type: DYN }), cost: 1 };
    case ".":
    case ".?":
      return selection(node, scope);
    case "[]":
    case "[?]":
      return element(node, scope);
    case "list":
      return list(node.args, scope);
    case "map":
      return map(node.args, scope);
    case "call":
      return functionCall(node.args, scope);
    case "rcall":
      return isLoop(node) ? loopCost(node, scope) : memberCall(node.args, scope);
    default:
      return operation(node, scope);
  }
}

/** What it costs to make an empty one. */
const CONTAINER_COSTS: { readonly list: number; readonly map: number } = { list: 10, map: 30 };

function literal(value: unknown): Estimate {
  if (typeof value === "string") return ofKind("string", 0, exactly([...value].length));
  if (value instanceof Uint8Array) return ofKind("bytes", 0, exactly(value.length));
  if (typeof value === "bigint") return ofKind("int", 0, SCALAR_SIZE);
  if (typeof value === "number") return ofKind("double", 0, SCALAR_SIZE);
  return ofKind(typeof value === "boolean" ? "bool" : "other", 0, SCALAR_SIZE);
}

function selection(node: ASTNode & { readonly op: "." | ".?" }, scope: CostScope): Estimate {
  const [operand, name] = node.args;
  const from = expressionCost(operand, scope);
  const { type, isOptional } = unwrapped(from.type);
  const field = type.kind === "map" ? type.element : type.fields?.get(name);
  if (type.kind === "object" && field === undefined) scope.onUndefinedField(node, name);
  if (node.op === ".?" || isOptional) {
    return { cost: from.cost + 1, type: { kind: "optional", element: field ?? DYN } };
  }
  const isHeld = type.kind === "map" || type.kind === "object";
  return { cost: from.cost + (isHeld ? 1 : 0), type: field ?? DYN, place: member(from.place, name) };
}

function unwrapped(type: ValueType): { readonly type: ValueType; readonly isOptional: boolean } {
  if (type.kind !== "optional") return { type, isOptional: false };
  return { type: type.element ?? DYN, isOptional: true };
}

function member(place: Place | undefined, name: string): Place | undefined {
  return place && { declared: place.declared?.fields?.get(name) };
}

function element(node: ASTNode & { readonly op: "[]" | "[?]" }, scope: CostScope): Estimate {
  const [operand, index] = node.args;
  const from = expressionCost(operand, scope);
  const cost = from.cost + expressionCost(index, scope).cost + 1;
  const { type, isOptional } = unwrapped(from.type);
  const item = type.element ?? DYN;
  if (node.op === "[?]" || isOptional) return { cost, type: { kind: "optional", element: item } };
  return { cost, type: item, place: from.place && { declared: from.place.declared?.element } };
}

function list(items: readonly ASTNode[], scope: CostScope): Estimate {
  const estimates = items.map((item) => expressionCost(item, scope));
  const cost = estimates.reduce((sum, each) => sum + each.cost, CONTAINER_COSTS.list);
  return {
    cost,
    size: exactly(items.length),
    type: { kind: "list", element: estimates[0]?.type ?? DYN },
  };
}

function map(entries: readonly (readonly [ASTNode, ASTNode])[], scope: CostScope): Estimate {
  const estimates = entries.map(([key, value]) => [expressionCost(key, scope), expressionCost(value, scope)]);
  const cost = estimates.flat().reduce((sum, each) => sum + each.cost, CONTAINER_COSTS.map);
  const [key, value] = estimates[0] ?? [];
  return {
    cost,
    size: exactly(entries.length),
    type: { kind: "map", key: key?.type ?? DYN, element: value?.type ?? DYN },
  };
}

function functionCall([name, args]: readonly [string, readonly ASTNode[]], scope: CostScope): Estimate {
  const [first] = args;
  if (name === "has" && first?.op === ".") return presence(first, scope);
  const estimates = args.map((arg) => expressionCost(arg, scope));
  if (name === "dyn" && estimates[0]) return { ...estimates[0], cost: estimates[0].cost + 1, type: DYN };
  return callCost(name, { target: undefined, args: estimates });
}

/** To ask whether a field is there costs no more than to come to its object. */
function presence(node: ASTNode & { readonly op: "." }, scope: CostScope): Estimate {
  selection(node, scope);
  return ofKind("bool", expressionCost(node.args[0], scope).cost);
}

/** Words before a dot that are no value: `sets.contains(…)` is a function of that name. */
const NAMESPACES: ReadonlySet<string> = new Set(["cel", "format", "ip", "optional", "sets", "strings"]);

function memberCall(
  [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
  scope: CostScope,
): Estimate {
  const isNamespace =
    receiver.op === "id" && NAMESPACES.has(receiver.args) && !scope.variables.has(receiver.args);
  if (isNamespace && name === "bind") return binding(args, scope);
  if (name === "optMap" || name === "optFlatMap") return optionalMapping(receiver, args, scope);
  const estimates = args.map((arg) => expressionCost(arg, scope));
  if (isNamespace) return callCost(`${receiver.args}.${name}`, { target: undefined, args: estimates });
  return callCost(name, { target: expressionCost(receiver, scope), args: estimates });
}

/** `cel.bind(name, value, expression)`: an empty loop, as CEL writes it. */
function binding([variable, init, expression]: readonly ASTNode[], scope: CostScope): Estimate {
  if (variable?.op !== "id" || !init || !expression) return { cost: 1, type: DYN };
  const { cost, ...value } = expressionCost(init, scope);
  const inner = withVariables(scope, [[variable.args, { size: sizeOf({ cost, ...value }), ...value }]]);
  const result = expressionCost(expression, inner);
  return { ...result, cost: CONTAINER_COSTS.list + cost + result.cost };
}

function optionalMapping(
  receiver: ASTNode,
  [variable, expression]: readonly ASTNode[],
  scope: CostScope,
): Estimate {
  const target = expressionCost(receiver, scope);
  if (variable?.op !== "id" || !expression) return { ...target, cost: target.cost + 1 };
  const inner = withVariables(scope, [[variable.args, { type: target.type.element ?? DYN }]]);
  const result = expressionCost(expression, inner);
  // Asked whether it is there, bound in an empty loop, mapped, and wrapped again.
  const cost = target.cost + 1 + (CONTAINER_COSTS.list + target.cost + 1 + result.cost + 1);
  return { cost, type: { kind: "optional", element: result.type } };
}

function operation(node: ASTNode, scope: CostScope): Estimate {
  const operands = [node.args].flat() as readonly ASTNode[];
  const estimates = operands.map((each) => expressionCost(each, scope));
  const [first, second, third] = estimates;
  if (first === undefined) return { cost: 0, type: DYN };
  const inputs = estimates.reduce((sum, each) => sum + each.cost, 0);
  if (second === undefined) return { cost: 1 + inputs, type: first.type };
  if (third !== undefined) return conditional(first, second, third);
  if (node.op === "&&" || node.op === "||") return ofKind("bool", inputs);
  if (node.op === "in") return ofKind("bool", inputs + membership(second));
  if (node.op === "+") return sum(first, second);
  if (COMPARISONS.has(node.op)) return ofKind("bool", inputs + comparison(first, second));
  if (ORDERINGS.has(node.op)) {
    const isText = maybe(first, "string", "bytes");
    return ofKind("bool", inputs + (isText ? comparison(first, second) : 1));
  }
  return { cost: 1 + inputs, type: first.type };
}

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!="]);
const ORDERINGS: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

function conditional(condition: Estimate, yes: Estimate, no: Estimate): Estimate {
  return {
    cost: condition.cost + Math.max(yes.cost, no.cost),
    size: united(sizeOf(yes), sizeOf(no)),
    type: yes.type,
  };
}

/** Each item of a list is looked at; a map knows. */
function membership(container: Estimate): number {
  return maybe(container, "list") ? sizeOf(container).max : 1;
}

function comparison(left: Estimate, right: Estimate): number {
  const most = Math.min(sizeOf(left).max, sizeOf(right).max);
  return traversal(exactly(most), TEXT_FACTOR);
}

function sum(left: Estimate, right: Estimate): Estimate {
  const inputs = left.cost + right.cost;
  const isAnyText = maybe(left, "string", "bytes") && maybe(right, "string", "bytes");
  const isContainer = maybe(left, "list");
  if (!isAnyText && !isContainer) return { cost: 1 + inputs, type: left.type };
  const size = added(sizeOf(left), sizeOf(right));
  const own = isAnyText ? traversal(size, TEXT_FACTOR) : 1;
  return { cost: Math.max(own, 1) + inputs, size, type: left.type };
}

/** How often a value of this type can stand in one request: what bounds lists that nothing else bounds. */
export function mostInOneRequest({ minBytes }: DeclaredType): number {
  return Math.floor(REQUEST_BYTES / (minBytes + 1));
}
