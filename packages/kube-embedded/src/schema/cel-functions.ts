import { isEqualJson, parseQuantity } from "@heliostat/kube";
import type { Environment } from "@marcbachmann/cel-js";
import { chargeItem } from "./cel-budget.ts";
import { registerFormat } from "./cel-format.ts";
import { registerLoops } from "./cel-loops.ts";
import { registerNamedFormats } from "./cel-named-formats.ts";
import { registerNetworkFunctions } from "./cel-network.ts";
import { registerOptionalFunctions } from "./cel-optionals.ts";
import { registerVersionFunctions } from "./cel-versions.ts";
import { expression } from "./patterns.ts";

/** A quantity as rules compare it. */
class Quantity {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

type Comparable = bigint | number | string | boolean;

/** `environment` with those functions of the Kubernetes library that the CEL library itself lacks. */
export function registerKubernetesFunctions(environment: Environment): Environment {
  registerTextFunctions(environment);
  registerListFunctions(environment);
  registerQuantityFunctions(environment);
  registerFormat(environment);
  registerNetworkFunctions(environment);
  registerVersionFunctions(environment);
  registerSetFunctions(environment);
  registerNamedFormats(environment);
  registerOptionalFunctions(environment);
  registerLoops(environment);
  return environment.registerFunction(`${CHARGE}(int): bool`, chargeItem);
}

/** What expressions are made to call for each item that they look at: no name that anybody would choose. */
export const CHARGE = "chargedItem__";

/** So that `sets.contains(…)` reads as a call of a member. */
class SetsNamespace {}

function registerSetFunctions(environment: Environment): void {
  environment
    .registerType("SetsNamespace", { ctor: SetsNamespace, fields: {} })
    .registerConstant("sets", "SetsNamespace", new SetsNamespace())
    .registerFunction("SetsNamespace.contains(list, list): bool", (_: unknown, all: List, some: List) =>
      some.every((item) => has(all, item)),
    )
    .registerFunction("SetsNamespace.equivalent(list, list): bool", (_: unknown, left: List, right: List) =>
      [...left, ...right].every((item) => has(left, item) && has(right, item)),
    )
    .registerFunction("SetsNamespace.intersects(list, list): bool", (_: unknown, left: List, right: List) =>
      left.some((item) => has(right, item)),
    );
}

type List = readonly unknown[];

function has(list: List, item: unknown): boolean {
  return list.some((each) => isEqualJson(each, item));
}

/** So that `strings.quote(…)` reads as a call of a member. */
class StringsNamespace {}

function registerTextFunctions(environment: Environment): void {
  environment
    .registerType("StringsNamespace", { ctor: StringsNamespace, fields: {} })
    .registerConstant("strings", "StringsNamespace", new StringsNamespace())
    .registerFunction("string.matchesRe2(string): bool", (text: string, pattern: string) =>
      expression(pattern).test(text),
    )
    .registerFunction("string.find(string): string", (text: string, pattern: string) => {
      const matcher = expression(pattern).matcher(text);
      return matcher.find() ? matcher.group() : "";
    })
    .registerFunction("string.findAll(string): list<string>", (text: string, pattern: string) =>
      allMatches(text, pattern, Number.POSITIVE_INFINITY),
    )
    .registerFunction("string.findAll(string, int): list<string>", allMatchesUpTo)
    .registerFunction("string.replace(string, string): string", (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction("string.replace(string, string, int): string", replacedUpTo)
    .registerFunction("StringsNamespace.quote(string): string", (_: unknown, text: string) =>
      JSON.stringify(text),
    )
    .registerFunction("string.charAt(int): string", (text: string, index: bigint) =>
      text.charAt(Number(index)),
    );
}

/** The first `limit` of `text`'s parts are replaced, all when it is negative. */
function replacedUpTo(text: string, from: string, ...[to, limit]: readonly [string, bigint]): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  const parts = text.split(from);
  const count = Math.min(Number(limit), parts.length - 1);
  return [parts.slice(0, count + 1).join(to), ...parts.slice(count + 1)].join(from);
}

function allMatchesUpTo(text: string, pattern: string, limit: bigint): string[] {
  return allMatches(text, pattern, limit < 0n ? Number.POSITIVE_INFINITY : Number(limit));
}

function allMatches(text: string, pattern: string, limit: number): string[] {
  const matcher = expression(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? "");
  return found;
}

function registerListFunctions(environment: Environment): void {
  environment
    .registerFunction("list.isSorted(): bool", (list: readonly Comparable[]) =>
      list.every((item, index) => index === 0 || (list[index - 1] ?? item) <= item),
    )
    .registerFunction("list.sum(): dyn", (list: readonly (bigint | number)[]) => sum(list))
    .registerFunction("list.min(): dyn", (list: readonly Comparable[]) =>
      extreme(list, (left, right) => left < right),
    )
    .registerFunction("list.max(): dyn", (list: readonly Comparable[]) =>
      extreme(list, (left, right) => left > right),
    )
    .registerFunction("list.indexOf(dyn): int", (list: readonly Comparable[], item: Comparable) =>
      BigInt(list.indexOf(item)),
    )
    .registerFunction("list.lastIndexOf(dyn): int", (list: readonly Comparable[], item: Comparable) =>
      BigInt(list.lastIndexOf(item)),
    );
}

function sum(list: readonly (bigint | number)[]): bigint | number {
  const integers = list.filter((item) => typeof item === "bigint");
  if (integers.length === list.length) return integers.reduce((total, item) => total + item, 0n);
  return list.reduce<number>((total, item) => total + Number(item), 0);
}

function extreme(
  list: readonly Comparable[],
  isBetter: (a: Comparable, b: Comparable) => boolean,
): Comparable {
  const [first] = list;
  if (first === undefined) throw new Error("min or max called on empty list");
  return list.reduce((best, item) => (isBetter(item, best) ? item : best), first);
}

function registerQuantityFunctions(environment: Environment): void {
  environment
    .registerType("kubernetes.Quantity", { ctor: Quantity, fields: {} })
    .registerFunction("isQuantity(string): bool", (text: string) => parseQuantity(text) !== undefined)
    .registerFunction("quantity(string): kubernetes.Quantity", quantity)
    .registerOperator(
      "kubernetes.Quantity == kubernetes.Quantity",
      (left: Quantity, right: Quantity) => left.value === right.value,
    )
    .registerFunction(
      "kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool",
      (left: Quantity, right: Quantity) => left.value > right.value,
    )
    .registerFunction(
      "kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool",
      (left: Quantity, right: Quantity) => left.value < right.value,
    )
    .registerFunction(
      "kubernetes.Quantity.compareTo(kubernetes.Quantity): int",
      (left: Quantity, right: Quantity) => BigInt(Math.sign(left.value - right.value)),
    )
    .registerFunction("kubernetes.Quantity.asApproximateFloat(): double", ({ value }: Quantity) => value)
    .registerFunction("kubernetes.Quantity.isInteger(): bool", ({ value }: Quantity) =>
      Number.isInteger(value),
    )
    .registerFunction("kubernetes.Quantity.asInteger(): int", asInteger)
    .registerFunction("kubernetes.Quantity.sign(): int", ({ value }: Quantity) => BigInt(Math.sign(value)))
    .registerFunction("kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity", added)
    .registerFunction("kubernetes.Quantity.add(int): kubernetes.Quantity", added)
    .registerFunction("kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity", subtracted)
    .registerFunction("kubernetes.Quantity.sub(int): kubernetes.Quantity", subtracted);
}

function asInteger({ value }: Quantity): bigint {
  if (Number.isInteger(value)) return BigInt(value);
  throw new Error("cannot convert value to integer");
}

function added({ value }: Quantity, more: Quantity | bigint): Quantity {
  return new Quantity(value + amountOf(more));
}

function subtracted({ value }: Quantity, less: Quantity | bigint): Quantity {
  return new Quantity(value - amountOf(less));
}

function amountOf(amount: Quantity | bigint): number {
  return typeof amount === "bigint" ? Number(amount) : amount.value;
}

function quantity(text: string): Quantity {
  const value = parseQuantity(text);
  if (value === undefined)
    throw new Error(`quantities must match the regular expression: ${JSON.stringify(text)}`);
  return new Quantity(value);
}
