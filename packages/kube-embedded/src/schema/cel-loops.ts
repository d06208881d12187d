import type { ASTNode, Environment, TypeDeclaration } from "@marcbachmann/cel-js";
import {
  type CelChecker,
  type CelEvaluator,
  type CelMacro,
  type CelScope,
  declaredName,
  type MacroCall,
} from "./cel-macro.ts";

/** One item of what is looped over, as the loop's own expressions see it. Ask before the next one is taken. */
interface Step {
  readonly key: unknown;
  /** The value of the loop's expression of that number. */
  value(index: number): unknown;
}

interface Loop {
  readonly result: string;
  /** How many expressions the loop has after its two names. */
  readonly expressions: number;
  /** Whether the first of them, or of two the first, decides and so must be a bool. */
  readonly decides: boolean;
  run(steps: Iterable<Step>): unknown;
}

/**
 * Loops that name the key as well as the value: `list.all(index, value, …)`, `map.transformMap(key, value, …)`
 * (CEL's extension of two-variable comprehensions, which Kubernetes has from 1.33 on).
 */
export function registerLoops(environment: Environment): void {
  for (const [name, loops] of Object.entries(LOOPS)) {
    for (const loop of loops) {
      const parameters = Array.from({ length: 2 + loop.expressions }, () => "ast").join(", ");
      environment.registerFunction(`list.${name}(${parameters}): ${loop.result}`, (call: MacroCall) =>
        macro(name, loop, call),
      );
    }
  }
}

const LOOPS: Readonly<Record<string, readonly Loop[]>> = {
  all: [quantifier((steps) => decided(steps, false))],
  exists: [quantifier((steps) => decided(steps, true))],
  existsOne: [quantifier(isExactlyOne)],
  exists_one: [quantifier(isExactlyOne)],
  transformList: transformations("list<dyn>", (steps) => [...steps].map(([, value]) => value)),
  transformMap: transformations("map<dyn, dyn>", mapOf),
  transformMapEntry: transformations("map<dyn, dyn>", (steps) =>
    mapOf([...steps].flatMap(([, value]) => entriesOf(value))),
  ),
};

function quantifier(run: Loop["run"]): Loop {
  return { result: "bool", expressions: 1, decides: true, run };
}

type Entry = readonly [key: unknown, value: unknown];

/** With and without a filter. */
function transformations(result: string, collect: (entries: Iterable<Entry>) => unknown): readonly Loop[] {
  return [
    { result, expressions: 1, decides: false, run: (steps) => collect(transformed(steps)) },
    { result, expressions: 2, decides: true, run: (steps) => collect(filtered(steps)) },
  ];
}

function* transformed(steps: Iterable<Step>): Iterable<Entry> {
  for (const step of steps) yield [step.key, step.value(0)];
}

function* filtered(steps: Iterable<Step>): Iterable<Entry> {
  for (const step of steps) if (isTrue(step)) yield [step.key, step.value(1)];
}

/** `answer` as soon as one step gives it. A step that fails is forgiven when another one decides (CEL's rule). */
function decided(steps: Iterable<Step>, answer: boolean): boolean {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      if (isTrue(step) === answer) return answer;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return !answer;
}

function isExactlyOne(steps: Iterable<Step>): boolean {
  let count = 0;
  for (const step of steps) if (isTrue(step)) count += 1;
  return count === 1;
}

function isTrue(step: Step): boolean {
  const value = step.value(0);
  if (typeof value === "boolean") return value;
  throw new Error("no such overload: the predicate of a loop must be a bool");
}

/** A map as CEL's library has them: plain where its keys are texts. @throws Error on a key that is there already */
function mapOf(entries: Iterable<Entry>): unknown {
  const map = new Map<unknown, unknown>();
  for (const [key, value] of entries) {
    if (map.has(key)) throw new Error(`insert failed: key ${String(key)} already exists`);
    map.set(key, value);
  }
  const hasOnlyTexts = [...map.keys()].every((key) => typeof key === "string");
  return hasOnlyTexts ? Object.fromEntries(map as Map<string, unknown>) : map;
}

/** Pairs of index and item, or of key and value. @throws Error for what cannot be looped over */
function entriesOf(value: unknown): readonly Entry[] {
  if (Array.isArray(value)) return value.map((item, index) => [BigInt(index), item] as const);
  if (value instanceof Map) return [...value];
  if (typeof value === "object" && value !== null) return Object.entries(value);
  throw new Error("expression cannot be range of a comprehension (must be list, map, or dynamic)");
}

function macro(name: string, loop: Loop, { args, receiver }: MacroCall): CelMacro {
  const [keyName, valueName] = [declaredName(args[0]), declaredName(args[1])];
  const expressions = args.slice(2);
  let scopes: { readonly key: CelScope; readonly value: CelScope } | undefined;
  return { async: false, typeCheck, evaluate };

  function typeCheck(checker: CelChecker, _macro: unknown, scope: CelScope): TypeDeclaration {
    const types = itemTypes(checker, receiver, scope);
    const key = scope.forkWithVariable(keyName, types.key);
    const value = key.forkWithVariable(valueName, types.value);
    scopes = { key, value };
    for (const [index, expression] of expressions.entries()) {
      const type = checker.check(expression, value);
      if (index > 0 || !loop.decides || type.isDynOrBool()) continue;
      throw checker.createError(
        "invalid_predicate",
        `${name}() predicate must return bool, got '${type}'`,
        expression,
      );
    }
    return checker.getType(loop.result);
  }

  function evaluate(evaluator: CelEvaluator, _macro: unknown, scope: CelScope): unknown {
    return loop.run(steps(entriesOf(evaluator.run(receiver, scope)), evaluator, scope));
  }

  function* steps(entries: readonly Entry[], evaluator: CelEvaluator, scope: CelScope): Iterable<Step> {
    for (const [key, item] of entries) {
      const inner = entered(scope, [key, item], evaluator);
      yield { key, value: (index) => evaluator.run(expressions[index] as ASTNode, inner) };
    }
  }

  function entered(scope: CelScope, [key, item]: Entry, evaluator: CelEvaluator): CelScope {
    if (scopes === undefined) throw new Error("Cannot evaluate a loop: it was not checked");
    const outer = scopes.key.reuse(scope).setIterValue(key, evaluator);
    return scopes.value.reuse(outer).setIterValue(item, evaluator);
  }
}

function itemTypes(
  checker: CelChecker,
  range: ASTNode,
  scope: CelScope,
): { readonly key: TypeDeclaration; readonly value: TypeDeclaration } {
  const dyn = checker.getType("dyn");
  const { kind, keyType = dyn, valueType = dyn, name } = checker.check(range, scope);
  if (kind === "dyn") return { key: dyn, value: dyn };
  if (kind === "list") return { key: checker.getType("int"), value: valueType };
  if (kind === "map") return { key: keyType, value: valueType };
  throw checker.createError(
    "invalid_comprehension_range",
    `Expression of type '${name}' cannot be range of a comprehension (must be list, map, or dynamic).`,
    range,
  );
}
