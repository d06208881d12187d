import { isJsonObject, ownMember } from "../schema/json-value.ts";

/** A compiled JSON path: all values that it finds in an object, in order. */
export type JsonPath = (object: unknown) => readonly unknown[];

/**
 * Compile the part of JSONPath that CustomResourceDefinitions may use: members (`.spec.replicas`, `['a.b']`,
 * `.metadata.labels.app\.kubernetes\.io/name`), items (`[0]`, `[-1]`, `[*]`) and filters
 * (`.status.conditions[?(@.type=="Ready")].status`). Braces around it are allowed.
 *
 * @throws Error that says what cannot be read
 */
export function jsonPath(text: string): JsonPath {
  const steps = parse(unbraced(text));
  return (object) => steps.reduce<readonly unknown[]>((found, step) => found.flatMap(step), [object]);
}

type Step = (value: unknown) => readonly unknown[];

const MEMBER = /^\.((?:\\.|[^.[\]\\\s])+)/;
const QUOTED = /^\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]/;
const INDEX = /^\[(-?\d+)\]/;
const EVERY = /^(?:\[\*\]|\.\*)/;
const FILTER =
  /^\[\?\(\s*@((?:\\.|[^=!<>\s)\\])*)\s*(?:(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[^\s)]+)\s*)?\)\]/;

function unbraced(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("{") && trimmed.endsWith("}") ? trimmed.slice(1, -1).trim() : trimmed;
}

function parse(text: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = text.startsWith("$") ? text.slice(1) : text;
  while (rest !== "" && rest !== ".") {
    const [step, length] = nextStep(rest, text);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function nextStep(rest: string, whole: string): readonly [Step, number] {
  for (const read of READERS) {
    const found = read(rest);
    if (found !== undefined) return found;
  }
  throw new Error(`Cannot read JSON path "${whole}": unexpected "${rest}"`);
}

const READERS: readonly ((rest: string) => readonly [Step, number] | undefined)[] = [
  (rest) => stepOf(EVERY.exec(rest), () => everyStep),
  (rest) => stepOf(MEMBER.exec(rest), ([, name = ""]) => memberStep(unescaped(name))),
  (rest) => stepOf(QUOTED.exec(rest), ([, single, double]) => memberStep(unescaped(single ?? double ?? ""))),
  (rest) => stepOf(INDEX.exec(rest), ([, index = "0"]) => indexStep(Number(index))),
  (rest) =>
    stepOf(FILTER.exec(rest), ([, path = "", operator, operand]) => filterStep(path, operator, operand)),
];

function stepOf(
  match: RegExpExecArray | null,
  make: (match: RegExpExecArray) => Step,
): readonly [Step, number] | undefined {
  return match === null ? undefined : [make(match), match[0].length];
}

function unescaped(name: string): string {
  return name.replace(/\\(.)/g, "$1");
}

function everyStep(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function memberStep(name: string): Step {
  return (value) => {
    const member = isJsonObject(value) ? ownMember(value, name) : undefined;
    return member === undefined ? [] : [member];
  };
}

function indexStep(index: number): Step {
  return (value) => {
    const item: unknown = Array.isArray(value) ? value.at(index) : undefined;
    return item === undefined ? [] : [item];
  };
}

function filterStep(path: string, operator: string | undefined, operand = ""): Step {
  const read = parse(path);
  const wanted = literal(operand);
  return (value) => everyStep(value).filter((item) => keeps(item));

  function keeps(item: unknown): boolean {
    const found = read.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [item]);
    if (operator === undefined) return found.length > 0;
    return found.some((each) => compare(each, operator, wanted));
  }
}

function literal(text: string): unknown {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : number;
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (typeof left !== "number" || typeof right !== "number") return false;
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}
