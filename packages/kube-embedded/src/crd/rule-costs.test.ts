import type { Schema, ValidationRule } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { ruleCostProblems } from "./rule-costs.ts";
import { rulePlaces } from "./rule-places.ts";
import { ruleTextProblems } from "./rule-texts.ts";

function rooted(spec: Schema): Schema {
  return { type: "object", properties: { spec } };
}

function withRule(schema: Schema, rule: string, more: Partial<ValidationRule> = {}): Schema {
  return { ...schema, "x-kubernetes-validations": [{ rule, ...more }] };
}

function costProblems(spec: Schema): readonly string[] {
  return ruleCostProblems(rulePlaces(rooted(spec), "schema"), "schema").map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

function textProblems(spec: Schema): readonly string[] {
  return rulePlaces(rooted(spec), "schema")
    .flatMap(ruleTextProblems)
    .map(({ field, message }) => `${field.replace("schema.properties[spec].", "")}: ${message}`);
}

/** The factor by which one rule is too dear; `undefined`: it is not. */
function factor(spec: Schema): string | undefined {
  return costProblems(spec)
    .map((text) => /estimated \w+ cost exceeds budget by factor of (.*?) \(/.exec(text)?.[1])
    .find((each) => each !== undefined);
}

const TEXT: Schema = { type: "string" };
const SHORT: Schema = { type: "string", maxLength: 10 };
const list = (items: Schema, maxItems?: number): Schema => ({
  type: "array",
  items,
  ...(maxItems !== undefined && { maxItems }),
});
const map = (additionalProperties: Schema, maxProperties?: number): Schema => ({
  type: "object",
  additionalProperties,
  ...(maxProperties !== undefined && { maxProperties }),
});

describe("what a rule may cost at worst", () => {
  it("is too much over a list of texts without limits, and fine with them", () => {
    const rule = "self.all(x, x.contains('a string'))";
    expect(factor(withRule(list(TEXT), rule))).toBe("more than 100x");
    expect(factor(withRule(list(SHORT, 25), rule))).toBeUndefined();
  });

  it("counts how often its place may occur", () => {
    const item = withRule(TEXT, "self.contains('a string')");
    expect(factor(list(item))).toBe("more than 100x");
    expect(factor(list(withRule(SHORT, "self.contains('a string')"), 25))).toBeUndefined();
  });

  it("bounds a place below an unlimited list by what fits into one request", () => {
    const small = { type: "object", properties: { a: { type: "integer" } } };
    expect(factor(list(withRule(small, "self.a == 1 && has(self.a)")))).toBeUndefined();
    const nested = withRule(list({ type: "integer" }, 100), "self.all(x, self.all(y, x >= y))");
    expect(factor(list(nested))).toBe("more than 100x");
    expect(factor(list(nested, 10))).toBeUndefined();
  });

  it.each([
    [
      "a loop in a loop over an unlimited map",
      withRule(map(TEXT), "self.all(k, self.all(l, k != l || true))"),
    ],
    [
      "a regular expression in many unlimited texts",
      list(withRule(TEXT, "self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?(\\\\.x)*$')")),
    ],
    ["a named loop", withRule(list(list(TEXT)), "self.all(i, l, l.all(j, v, v.startsWith('a') && i >= j))")],
    [
      "what a message says",
      withRule(list(TEXT), "true", { messageExpression: "self.map(x, x + x).join(',')" }),
    ],
  ])("is too much: %s", (_, schema) => expect(factor(schema)).toBe("more than 100x"));

  it.each([
    [
      "fields of an object",
      withRule({ type: "object", properties: { a: TEXT, b: TEXT } }, "self.a == 'x' || self.b != 'y'"),
    ],
    ["what was before", withRule(TEXT, "self == oldSelf")],
    ["an enumeration", withRule({ ...TEXT, enum: ["a", "bc"] }, "self.matches('^[a-z]+$')")],
    ["a limited loop in a loop", withRule(list(SHORT, 20), "self.all(x, self.exists_one(y, x == y))")],
    ["a limited named loop", withRule(map(SHORT, 20), "self.all(k, v, k != v)")],
  ])("is fine: %s", (_, schema) => expect(costProblems(schema)).toEqual([]));

  it("is told with the factor where that means something", () => {
    const squares = (count: number): Schema =>
      withRule(list({ type: "integer" }, count), "self.all(x, self.all(y, x != y))");
    expect(factor(squares(1_000))).toBeUndefined();
    expect(factor(squares(2_000))).toMatch(/^\d\.\dx$/);
  });

  it("adds up over the schema, and the dearest are named", () => {
    const items = list({ type: "integer" }, 1_150);
    const dear = withRule(items, "self.all(x, self.all(y, x != y))");
    const names = Array.from({ length: 16 }, (_, index) => `f${index}`);
    const problems = costProblems({
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, dear])),
    });
    expect(problems.filter((each) => each.includes("contributed to estimated rule cost total"))).toHaveLength(
      4,
    );
    expect(problems.at(-1)).toMatch(
      /^schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of \d\.\d+x \(try simplifying/,
    );
  });
});

describe("rules as they are written", () => {
  const object: Schema = { type: "object", properties: { a: { type: "integer" }, "b-c": TEXT } };

  it("name fields that exist", () => {
    expect(textProblems(withRule(object, "self.a == 1 && self.b__dash__c == 'x'"))).toEqual([]);
    expect(textProblems(withRule(object, "self.a == 1 && self.missing == 2"))).toEqual([
      'x-kubernetes-validations[0].rule: Invalid value: "self.a == 1 && self.missing == 2": compilation failed: ' +
        "ERROR: <input>:1:20: undefined field 'missing'\n | self.a == 1 && self.missing == 2\n | ...................^",
    ]);
    expect(textProblems(withRule(object, "!has(self.other)"))).toEqual([
      expect.stringContaining("undefined field 'other'"),
    ]);
  });

  it("answer yes or no, and messages are texts", () => {
    expect(textProblems(withRule(TEXT, "'a'"))).toEqual([
      expect.stringContaining("cel expression must evaluate to a bool"),
    ]);
    expect(textProblems(withRule(TEXT, "true", { messageExpression: "1 + 1" }))).toEqual([
      expect.stringContaining("messageExpression must evaluate to a string"),
    ]);
    expect(textProblems(withRule(TEXT, " "))).toEqual([
      "x-kubernetes-validations[0].rule: Required value: rule is not specified",
    ]);
  });

  it("have messages of one line", () => {
    expect(textProblems(withRule(TEXT, "true\n|| false"))).toEqual([
      expect.stringContaining("message must be specified if rule contains line breaks"),
    ]);
    expect(textProblems(withRule(TEXT, "true", { message: "a\nb" }))).toEqual([
      expect.stringContaining("message must not contain line breaks"),
    ]);
  });

  it("look at what was before only where it can be told", () => {
    const item = withRule(TEXT, "self == oldSelf");
    expect(textProblems(list(item))).toEqual([
      'items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the ' +
        "uncorrelatable portion of the schema within schema.properties[spec].items",
    ]);
    expect(textProblems(map(item))).toEqual([]);
    expect(textProblems(withRule(TEXT, "true", { optionalOldSelf: true }))).toEqual([
      "x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule",
    ]);
  });
});
