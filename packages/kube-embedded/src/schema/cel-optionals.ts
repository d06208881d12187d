import { type Environment, Optional, type TypeDeclaration } from "@marcbachmann/cel-js";
import {
  type CelChecker,
  type CelEvaluator,
  type CelMacro,
  type CelScope,
  declaredName,
  type MacroCall,
} from "./cel-macro.ts";
import { PRESENT_ENTRIES } from "./cel-optional-literals.ts";

/** What CEL's library of optional values has beyond `of`, `none`, `hasValue`, `value`, `or` and `orValue`. */
export function registerOptionalFunctions(environment: Environment): void {
  environment
    .registerFunction("optional.optMap(ast, ast): optional<dyn>", (call: MacroCall) =>
      mapping(call, (value) => Optional.of(value)),
    )
    .registerFunction("optional.optFlatMap(ast, ast): optional<dyn>", (call: MacroCall) =>
      mapping(call, (value) => value),
    )
    .registerFunction("OptionalNamespace.ofNonZeroValue(dyn): optional<dyn>", (_: unknown, value: unknown) =>
      isZero(value) ? Optional.none() : Optional.of(value),
    )
    .registerFunction("OptionalNamespace.unwrap(list): list", (_: unknown, list: readonly Optional[]) =>
      present(list),
    )
    .registerFunction("list.unwrapOpt(): list", present)
    .registerFunction(`${PRESENT_ENTRIES}(map): map`, presentEntries)
    .registerFunction("list.first(): optional<dyn>", (list: readonly unknown[]) => Optional.of(list[0]))
    .registerFunction("list.last(): optional<dyn>", (list: readonly unknown[]) => Optional.of(list.at(-1)));
}

/** `value.optMap(x, f(x))`: nothing of nothing, else `f` of what is there. */
function mapping({ args, receiver }: MacroCall, wrap: (value: unknown) => unknown): CelMacro {
  const name = declaredName(args[0]);
  const expression = args[1];
  if (expression === undefined) throw new Error("Cannot map an optional value: the call has no expression");
  let inner: CelScope | undefined;
  return { async: false, typeCheck, evaluate };

  function typeCheck(checker: CelChecker, _macro: unknown, scope: CelScope): TypeDeclaration {
    const { kind, valueType } = checker.check(receiver, scope);
    if (kind !== "optional" && kind !== "dyn") {
      throw checker.createError("optional_expected", "optMap() receiver must be optional", receiver);
    }
    inner = scope.forkWithVariable(name, valueType ?? checker.getType("dyn"));
    checker.check(expression as NonNullable<typeof expression>, inner);
    return checker.getType("optional<dyn>");
  }

  function evaluate(evaluator: CelEvaluator, _macro: unknown, scope: CelScope): unknown {
    const value = evaluator.run(receiver, scope);
    if (!(value instanceof Optional) || inner === undefined)
      throw new Error("no such overload: not optional");
    if (!value.hasValue()) return Optional.none();
    const bound = inner.reuse(scope).setIterValue(value.value(), evaluator);
    return wrap(evaluator.run(expression as NonNullable<typeof expression>, bound));
  }
}

function present(list: readonly Optional[]): readonly unknown[] {
  return list.filter((each) => each.hasValue()).map((each) => each.value());
}

function presentEntries(map: ReadonlyMap<unknown, Optional> | Readonly<Record<string, Optional>>): unknown {
  const isMap = map instanceof Map;
  const entries: readonly (readonly [unknown, Optional])[] = isMap ? [...map] : Object.entries(map);
  const kept = entries
    .filter(([, value]) => value.hasValue())
    .map(([key, value]) => [key, value.value()] as const);
  return isMap ? new Map(kept) : Object.fromEntries(kept as readonly (readonly [string, unknown])[]);
}

/** What a field of this type holds that nobody has set. */
function isZero(value: unknown): boolean {
  if (value === null || value === "" || value === false || value === 0 || value === 0n) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return Object.getPrototypeOf(value) === Object.prototype && Object.keys(value as object).length === 0;
}
