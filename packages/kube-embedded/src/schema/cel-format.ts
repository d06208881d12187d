import type { Environment } from "@marcbachmann/cel-js";

/** `"%d of %s".format([3, "x"])`: CEL's own verbs, which are fewer and stricter than those of other languages. */
export function registerFormat(environment: Environment): void {
  environment.registerFunction("string.format(list): string", (text: string, values: readonly unknown[]) =>
    formatted(text, values),
  );
}

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g;

function formatted(text: string, values: readonly unknown[]): string {
  let next = 0;
  return text.replace(CLAUSE, (clause, precision: string | undefined, verb: string | undefined) => {
    if (clause === "%%") return "%";
    const print = VERBS[verb ?? ""];
    if (!print)
      throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    next += 1;
    return print(values[next - 1], precision === undefined ? undefined : Number(precision));
  });
}

const DEFAULT_PRECISION = 6;

const VERBS: Readonly<Record<string, (value: unknown, precision: number | undefined) => string>> = {
  s: shown,
  d: (value) => String(integer(value)),
  f: (value, precision = DEFAULT_PRECISION) => number(value).toFixed(precision),
  e: (value, precision = DEFAULT_PRECISION) => exponential(number(value), precision),
  b: (value) => (typeof value === "boolean" ? String(Number(value)) : integer(value).toString(2)),
  o: (value) => integer(value).toString(8),
  x: hexadecimal,
  X: (value) => hexadecimal(value).toUpperCase(),
};

/** As CEL writes a value inside a text. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (value === null || typeof value !== "object") return String(value);
  if ("toISOString" in value)
    return JSON.stringify(value)
      .slice(1, -1)
      .replace(/\.000Z$/, "Z");
  if (!isPlain(value)) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${key}: ${shown(member)}`);
  return `{${members.sort().join(", ")}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function integer(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  throw new Error("error during formatting: integer clause can only be used on integers");
}

function number(value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  throw new Error("error during formatting: fixed-point clause can only be used on numbers");
}

/** Two digits of exponent at least, as Go prints them. */
function exponential(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2");
}

function hexadecimal(value: unknown): string {
  return typeof value === "string" ? Buffer.from(value).toString("hex") : integer(value).toString(16);
}
