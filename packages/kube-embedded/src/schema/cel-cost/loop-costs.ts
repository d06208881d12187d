import type { ASTNode } from "@marcbachmann/cel-js";
import { type CostScope, type Variable, withVariables } from "./cost-scope.ts";
import { DYN, type Estimate, ofKind, type Place, sizeOf } from "./estimate.ts";
import { times } from "./size.ts";

type MemberCall = ASTNode & { readonly op: "rcall" };

/** How CEL writes a loop out: what it costs besides its range and its own expressions. */
interface LoopForm {
  /** Before and after the steps together. */
  readonly once: number;
  /** Each step, besides the loop's expressions. */
  readonly step: number;
  readonly result: "bool" | "list" | "map";
}

const FORMS: Readonly<Record<string, LoopForm>> = {
  all: { once: 1, step: 3, result: "bool" },
  exists: { once: 1, step: 4, result: "bool" },
  exists_one: { once: 2, step: 2, result: "bool" },
  existsOne: { once: 2, step: 2, result: "bool" },
  filter: { once: 11, step: 13, result: "list" },
  map: { once: 11, step: 12, result: "list" },
  transformList: { once: 11, step: 12, result: "list" },
  transformMap: { once: 31, step: 3, result: "map" },
  transformMapEntry: { once: 31, step: 2, result: "map" },
};

/** Loops that exist with one name and with two, by the number of expressions after the names. */
const ONE_NAME: Readonly<Record<string, readonly number[]>> = {
  ...{ all: [1], exists: [1], exists_one: [1], existsOne: [1], filter: [1], map: [1, 2] },
};
const TWO_NAMES: Readonly<Record<string, readonly number[]>> = {
  ...{ all: [1], exists: [1], exists_one: [1], existsOne: [1] },
  ...{ transformList: [1, 2], transformMap: [1, 2], transformMapEntry: [1, 2] },
};

export function isLoop(node: MemberCall): boolean {
  return nameCount(node) > 0;
}

function nameCount({ args: [name, , args] }: MemberCall): number {
  const names = args.findIndex((arg) => arg.op !== "id");
  const declared = names < 0 ? args.length : names;
  if (declared >= 2 && TWO_NAMES[name]?.includes(args.length - 2)) return 2;
  return declared >= 1 && ONE_NAME[name]?.includes(args.length - 1) ? 1 : 0;
}

/** The range, and as many steps as it may have items. */
export function loopCost(node: MemberCall, scope: CostScope): Estimate {
  const [name, receiver, args] = node.args;
  const form = FORMS[name];
  if (form === undefined) return { cost: 1, type: DYN };
  const range = scope.costOf(receiver, scope);
  const count = nameCount(node);
  const inner = withVariables(scope, itemVariables(args.slice(0, count), range, scope));
  const expressions = args.slice(count).map((each) => scope.costOf(each, inner));
  const perStep = expressions.reduce((sum, each) => sum + each.cost, form.step);
  const cost = range.cost + form.once + times(sizeOf(range).max, perStep);
  if (form.result === "bool") return ofKind("bool", cost);
  const element = name === "filter" ? range.type.element : expressions.at(-1)?.type;
  return { cost, size: sizeOf(range), type: { kind: form.result, element: element ?? DYN } };
}

function itemVariables(
  names: readonly ASTNode[],
  range: Estimate,
  { root }: CostScope,
): readonly (readonly [name: string, value: Variable])[] {
  const { type } = range;
  const isList = type.kind === "list";
  // CEL's estimate takes what comes from no place for something at the root.
  const declared = range.place === undefined ? root : undefined;
  const value: Variable = {
    type: type.element ?? DYN,
    place: declared ? { declared } : itemPlace(range.place, "element"),
  };
  const key: Variable = isList
    ? { type: { kind: "int" } }
    : { type: type.key ?? DYN, place: declared ? { declared } : itemPlace(range.place, "key") };
  const [first, second] = names.map((name) => (name.op === "id" ? name.args : ""));
  if (second !== undefined) {
    return [
      [first ?? "", key],
      [second, value],
    ];
  }
  return [[first ?? "", isList || type.kind === "dyn" ? value : key]];
}

function itemPlace(place: Place | undefined, part: "element" | "key"): Place {
  return { declared: place?.declared?.[part] };
}
