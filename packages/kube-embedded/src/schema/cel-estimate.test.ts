import type { Schema } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { declaredType } from "./cel-cost/declared-type.ts";
import { celEstimate } from "./cel-estimate.ts";

/** A schema, with every limit at `max` or without any. */
type Limited = (max: number | undefined) => Schema;

/**
 * What Kubernetes itself reckons (apiextensions-apiserver): the cost without limits (`NaN`: far too much), and the cost
 * with all of them at a number.
 */
const FIGURES: readonly (readonly [schema: Limited, rule: string, free: number, at: number, cost: number])[] =
  [
    [list("number"), "self.all(x, true)", 4_718_591, 10, 32],
    [list("string"), "self.all(x, true)", 3_145_727, 20, 62],
    [list("boolean"), "self.all(x, true)", 1_887_437, 5, 17],
    [listOf(() => list("number")(undefined)), "self.all(x, true)", 3_145_727, 100, 302],
    [listOf(thing), "self.all(x, true)", 555_128, 50, 152],
    [map("number"), "self.all(x, true)", 1_348_169, 10, 32],
    [map("number"), "has(self.x)", 1, 100, 1],
    [map("string"), "self.all(x, true)", 1_179_647, 3, 11],
    [map("boolean"), "self.all(x, true)", 943_718, 100, 302],
    [text, "self.contains('test')", 314_574, 10, 5],
    [text, "self.startsWith('test')", 2, 15, 2],
    [text, "self.endsWith('test')", 2, 30, 2],
    [text, 'size(self + "hello") > size("hello")', 314_578, 4, 7],
    [list("number"), "self[1] == 0.0", 2, 5_000, 2],
    [list("string"), "self[1] == self[1]", 314_577, 8, 314_577],
    [list("number"), "self.all(x, self.all(y, true))", Number.NaN, 10, 352],
    [list("number"), "self.all(x, self.all(y, self.all(z, true)))", Number.NaN, 10, 3_552],
    [text, 'self.matches("x")', 314_574, 50, 22],
    [text, '"".matches("(((((((((())))))))))[0-9]")', 7, 10, 7],
    [text, 'self.matches("")', 1, 100, 1],
    [mapOf(text), "self.all(x, x.contains(self[x]))", 2_752_507, 10, 72],
    [map("number"), 'self["x"] == 0.0', 2, 0, 2],
    [text, 'self == "x"', 2, 0, 1],
    [bytes, 'self == b"x"', 2, 0, 1],
    [list("number"), "self.all(x, x == 0.0)", 6_291_454, 3 * 1024 * 2048, 25_165_826],
    [listOf(mapOf(thing)), 'self.all(x, x["y"].required == "z")', 7_340_027, 10, 72],
    [list("int-or-string"), "self.all(x, true)", 4_718_591, 10, 32],
    [list("int-or-string"), "self[0] == 5", 3, 10, 3],
    [list("int-or-string"), "type(self[0]) == int", 5, 10, 5],
    [list("boolean"), "self[0] == false", 2, 25, 2],
    [listOf(thing), "self[0] == null", 2, 422, 2],
    [listOf(() => list("number")(undefined)), "self[0][0] == -1.0", 3, 51, 3],
    [listOf(() => map("number")(undefined)), "self.all(x, x.y == 25.2)", 6_291_452, 12, 74],
    [listOf(() => map("number")(undefined)), "self[0].x > 2.0", 4, 3_000, 4],
    [list("duration"), "self.all(x, true)", 2_359_295, 5, 17],
    [list("duration"), "self[0].getHours() == 2", 4, 525, 4],
    [list("date"), "self.all(x, true)", 725_936, 15, 47],
    [list("date-time"), "self.all(x, true)", 428_963, 25, 77],
    [list("date-time"), "self[2].getMinutes() == 45", 4, 99, 4],
    [map("int-or-string"), "self.all(x, true)", 1_348_169, 15, 47],
    [mapOf(thing), "self.all(x, true)", 428_963, 20, 62],
    [mapOf(() => list("number")(undefined)), "self.all(x, true)", 1_179_647, 25, 77],
    [map("duration"), "self.all(x, true)", 1_048_577, 5, 17],
    [map("date"), "self.all(x, true)", 524_288, 10, 32],
    [map("date-time"), "self.all(x, true)", 349_526, 25, 77],
    [text, "self.find('[0-9]+') == ''", 629_147, 10, 11],
    [listOf(text), "self.join(' ') == 'aa bb'", 329_853_068_905, 10, 43],
    [listOf(text), "self.isSorted() == true", 329_854_432_052, 10, 52],
    [replacing, "self.str.replace(self.before, self.after) == 'does not matter'", 629_154, 4, 12],
    [splitting, "self.str.split(self.separator) == []", 629_160, 10, 22],
    [text, "self.lowerAscii() == 'lower!'", 314_575, 10, 6],
    [map("integer"), "oldSelf.size() == self.size()", 5, 10, 5],
    [map("date-time"), 'self["a"] == self["b"]', 8, 7, 8],
    [map("duration"), 'self["c"] == self["d"]', 8, 42, 8],
  ];

describe("celEstimate()", () => {
  it.each(FIGURES)("%o %s: %i without limits, with %i of all %i", (schema, ...[rule, free, at, cost]) => {
    if (!Number.isNaN(free)) expect(costOf(rule, schema(undefined))).toBe(free);
    expect(costOf(rule, schema(at))).toBe(cost);
  });

  it("takes the longest value of an enumeration", () => {
    const values = { type: "string", enum: ["A", "B", "C", "LongValue"] };
    expect(costOf("self.contains('A')", values)).toBe(2);
    expect(costOf("self.contains('A')", { ...values, maxLength: 1_000 })).toBe(401);
  });
});

function costOf(rule: string, schema: Schema): number {
  const self = declaredType(schema, false);
  if (self === undefined) throw new Error("Cannot estimate: the schema declares nothing");
  return celEstimate(rule, { self, isOldSelfOptional: false }).cost;
}

const FORMATS: ReadonlySet<string> = new Set(["date", "date-time", "duration"]);

function item(name: string): Schema {
  if (name === "int-or-string") return { "x-kubernetes-int-or-string": true };
  return FORMATS.has(name) ? { type: "string", format: name } : { type: name };
}

function list(name: string): Limited {
  return listOf(() => item(name));
}

function listOf(items: Limited): Limited {
  return (max) => ({ type: "array", items: items(max), ...(max !== undefined && { maxItems: max }) });
}

function map(name: string): Limited {
  return mapOf(() => item(name));
}

function mapOf(values: Limited): Limited {
  return (max) => ({
    type: "object",
    additionalProperties: values(max),
    ...(max !== undefined && { maxProperties: max }),
  });
}

function text(max: number | undefined): Schema {
  return { type: "string", ...(max !== undefined && { maxLength: max }) };
}

function bytes(max: number | undefined): Schema {
  return { ...text(max), format: "byte" };
}

function thing(): Schema {
  const properties = { required: { type: "string" }, optional: { type: "string" } };
  return { type: "object", required: ["required"], properties };
}

function replacing(max: number | undefined): Schema {
  return { type: "object", properties: { str: text(max), before: text(2), after: text(4) } };
}

function splitting(max: number | undefined): Schema {
  return { type: "object", properties: { str: text(max), separator: text(max) } };
}
