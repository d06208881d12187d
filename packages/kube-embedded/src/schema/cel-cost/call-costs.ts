import { DYN, type Estimate, ofKind, sizeOf, type ValueType } from "./estimate.ts";
import {
  added,
  exactly,
  multiplied,
  REGEX_FACTOR,
  type Size,
  TEXT_FACTOR,
  times,
  traversal,
  upTo,
} from "./size.ts";

/** A call's own cost, without that of its receiver and its arguments, and what comes out of it. */
interface CallEstimate {
  readonly cost: number;
  readonly size?: Size;
}

/** The receiver, if there is one, and the arguments. */
interface Call {
  readonly target: Estimate | undefined;
  readonly args: readonly Estimate[];
}

/**
 * What a call of a function costs at worst (Kubernetes: `library.CostEstimator`, CEL: `checker.Cost`). Functions that
 * neither names cost one unit. A function of a namespace has its full name (`sets.contains`) and no target.
 */
export function callCost(name: string, call: Call): Estimate {
  const own = COSTS[name]?.(call) ?? { cost: 1 };
  const inputs = [...(call.target ? [call.target] : []), ...call.args];
  const cost = inputs.reduce((sum, each) => sum + each.cost, own.cost);
  return { ...ofKind("dyn", cost, own.size), type: resultType(name, call) };
}

type Cost = (call: Call) => CallEstimate | undefined;

const COSTS: Readonly<Record<string, Cost>> = {
  ...Object.fromEntries(
    ["isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"].map((name) => [name, listTraversal]),
  ),
  ...Object.fromEntries(["lowerAscii", "upperAscii", "substring", "trim"].map((name) => [name, textCopy])),
  ...Object.fromEntries(["startsWith", "endsWith", "url"].map((name) => [name, argumentTraversal])),
  contains: ({ target, args: [part] }) => {
    if (!target || !part) return undefined;
    return {
      cost: times(traversal(sizeOf(target), TEXT_FACTOR), traversal(sizeOf(part), TEXT_FACTOR)),
    };
  },
  matches: ({ target, args: [pattern] }) => regexCost(target, pattern),
  find: ({ target, args: [pattern] }) => regexCost(target, pattern),
  findAll: ({ target, args: [pattern] }) => regexCost(target, pattern),
  replace: replaceCost,
  split: ({ target }) =>
    target && { cost: traversal(sizeOf(target), 2 * TEXT_FACTOR), size: upTo(sizeOf(target).max) },
  join: joinCost,
  format: ({ target, args: [values] }) => {
    if (!target || !values) return undefined;
    return {
      cost: traversal(sizeOf(target), TEXT_FACTOR),
      size: added(sizeOf(target), sizeOf(values)),
    };
  },
  "strings.quote": ({ args: [text] }) => {
    if (!text) return undefined;
    const { min, max } = sizeOf(text);
    return { cost: traversal(sizeOf(text), TEXT_FACTOR), size: { min: min + 2, max: times(max, 2) + 2 } };
  },
  bytes: ({ args: [text] }) =>
    text && { cost: traversal(sizeOf(text), TEXT_FACTOR), size: multiplied(sizeOf(text), exactly(4)) },
  validate: ({ args: [text] }) =>
    text && { cost: Math.ceil(traversal(sizeOf(text), TEXT_FACTOR) * LONGEST_FORMAT * REGEX_FACTOR) },
  containsIP: () => ({ cost: ADDRESS_COMPARISON }),
  containsCIDR: () => ({ cost: ADDRESS_COMPARISON + 3 }),
  "sets.contains": (call) => setCost(call, 1),
  "sets.intersects": (call) => setCost(call, 1),
  "sets.equivalent": (call) => setCost(call, 2),
};

/** Kubernetes' bound of the regular expressions behind named formats. */
const LONGEST_FORMAT = 128;
/** Two times 16 bytes are compared. */
const ADDRESS_COMPARISON = 4;

function listTraversal({ target }: Call): CallEstimate | undefined {
  if (!target) return undefined;
  const element = target.type.element;
  if (target.type.kind !== "list" || element === undefined)
    return { cost: traversal(sizeOf(target), TEXT_FACTOR) };
  const declared = target.place?.declared?.element;
  const isText = element.kind === "string" || element.kind === "bytes";
  const texts = sizeOf({ cost: 0, type: element, place: declared && { declared } });
  return { cost: times(sizeOf(target).max, isText ? 1 + traversal(texts, TEXT_FACTOR) : 1) };
}

function textCopy({ target }: Call): CallEstimate | undefined {
  return target && { cost: traversal(sizeOf(target), TEXT_FACTOR), size: sizeOf(target) };
}

function argumentTraversal({ args: [first] }: Call): CallEstimate | undefined {
  return first && { cost: traversal(sizeOf(first), TEXT_FACTOR) };
}

function regexCost(target: Estimate | undefined, pattern: Estimate | undefined): CallEstimate | undefined {
  if (!target || !pattern) return undefined;
  const text = traversal(added(sizeOf(target), exactly(1)), TEXT_FACTOR);
  return {
    cost: times(text, traversal(sizeOf(pattern), REGEX_FACTOR)),
    size: upTo(sizeOf(target).max),
  };
}

function replaceCost({ target, args: [from, to] }: Call): CallEstimate | undefined {
  if (!target || !from || !to) return undefined;
  const text = sizeOf(target);
  return {
    cost: traversal(text, 2 * TEXT_FACTOR),
    size: upTo(longestReplaced(text.max, sizeOf(from).min, sizeOf(to).max)),
  };
}

function longestReplaced(text: number, shortestFrom: number, longestTo: number): number {
  if (shortestFrom === 0) return times(text + 1, longestTo) + text;
  if (longestTo <= shortestFrom) return text;
  return times(Math.ceil(text / shortestFrom), longestTo);
}

function joinCost({ target, args: [separator] }: Call): CallEstimate | undefined {
  if (!target) return undefined;
  const { element } = target.type;
  const declared = target.place?.declared?.element;
  const item = element ? sizeOf({ cost: 0, type: element, place: declared && { declared } }) : exactly(0);
  const list = sizeOf(target);
  const gaps = { min: Math.max(list.min - 1, 0), max: Math.max(list.max - 1, 0) };
  const texts = multiplied(list, item);
  const size = separator ? added(texts, multiplied(sizeOf(separator), gaps)) : texts;
  return { cost: traversal(size, TEXT_FACTOR), size };
}

function setCost({ args: [left, right] }: Call, factor: number): CallEstimate | undefined {
  if (!left || !right) return undefined;
  return { cost: times(times(sizeOf(left).max, sizeOf(right).max), factor) + 1 };
}

/** The type of what a function gives, as far as costs depend on it. */
function resultType(name: string, { target, args }: Call): ValueType {
  const kind = RESULTS[name];
  if (kind !== undefined) return { kind };
  if (PARTS.has(name)) return { kind: "list", element: { kind: "string" } };
  if (ELEMENTS.has(name)) return target?.type.element ?? DYN;
  if (name === "or") return target?.type ?? DYN;
  return name === "optional.of" ? { kind: "optional", element: args[0]?.type ?? DYN } : DYN;
}

const PARTS: ReadonlySet<string> = new Set(["split", "findAll"]);
const ELEMENTS: ReadonlySet<string> = new Set(["value", "orValue", "min", "max", "sum"]);

const RESULTS: Readonly<Record<string, ValueType["kind"]>> = {
  ...kinds("bool", [
    ...["contains", "startsWith", "endsWith", "matches", "isSorted", "hasValue", "bool", "isURL", "isIP"],
    ...["isCIDR", "isQuantity", "isSemver", "isGreaterThan", "isLessThan", "containsIP", "containsCIDR"],
    ...["sets.contains", "sets.intersects", "sets.equivalent", "isInteger", "ip.isCanonical"],
  ]),
  ...kinds("int", ["size", "int", "indexOf", "lastIndexOf", "compareTo", "sign", "asInteger", "major"]),
  ...kinds("int", ["minor", "patch", "family", "prefixLength", "getSeconds", "getMinutes", "getHours"]),
  ...kinds("double", ["double", "asApproximateFloat"]),
  ...kinds("string", ["string", "lowerAscii", "upperAscii", "substring", "trim", "replace", "join", "find"]),
  ...kinds("string", ["charAt", "format", "strings.quote", "getHost", "getHostname", "getPort", "getScheme"]),
  ...kinds("bytes", ["bytes"]),
  ...kinds("duration", ["duration"]),
  ...kinds("timestamp", ["timestamp"]),
  ...kinds("other", ["quantity", "semver", "ip", "cidr", "url"]),
  ...kinds("type", ["type"]),
  ...kinds("optional", ["optional.none", "optional.ofNonZeroValue", "validate", "format.named"]),
};

function kinds(
  kind: ValueType["kind"],
  names: readonly string[],
): Readonly<Record<string, ValueType["kind"]>> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}
