import type { KubeObject, Schema, ValidationRule } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { compileSchema } from "./compile-schema.ts";

function schemaWith(spec: Schema): ReturnType<typeof compileSchema> {
  const definitions = { ObjectMeta: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return compileSchema({ type: "object", properties: { spec } }, { definitions, isCustom: true });
}

function thing(spec: unknown): KubeObject {
  return { apiVersion: "x.io/v1", kind: "Thing", metadata: { name: "a" }, spec } as KubeObject;
}

/** The messages of one rule on `spec`, by field. */
function broken(
  rule: ValidationRule,
  specs: { schema: Schema; spec: unknown; stored?: unknown },
): readonly string[] {
  const schema = schemaWith({ ...specs.schema, "x-kubernetes-validations": [rule] });
  const stored = specs.stored === undefined ? undefined : thing(specs.stored);
  return schema.validate(thing(specs.spec), stored).map(({ field, message }) => `${field}: ${message}`);
}

const TEXT: Schema = { type: "string" };
const NUMBERS: Schema = { type: "object", properties: { a: { type: "integer" }, b: { type: "number" } } };

describe("transition rules", () => {
  const immutable = { rule: "self == oldSelf", message: "the field is immutable" };

  it("are skipped on create, and where nothing was before", () => {
    expect(broken(immutable, { schema: TEXT, spec: "x" })).toEqual([]);
    const schema = schemaWith({
      type: "object",
      properties: { managedBy: { type: "string", "x-kubernetes-validations": [immutable] } },
    });
    expect(schema.validate(thing({ managedBy: "x" }), thing({}))).toEqual([]);
    expect(schema.validate(thing({ managedBy: "x" }), thing({ managedBy: "y" }))).toHaveLength(1);
  });

  it("compare with the stored value", () => {
    expect(broken(immutable, { schema: TEXT, spec: "x", stored: "y" })).toEqual([
      'spec: Invalid value: "string": the field is immutable',
    ]);
    expect(broken(immutable, { schema: TEXT, spec: "x", stored: "x" })).toEqual([]);
  });

  it("run always with optionalOldSelf", () => {
    const rule = { rule: "oldSelf.hasValue() || self == 'first'", optionalOldSelf: true };
    expect(broken(rule, { schema: TEXT, spec: "x" })).toHaveLength(1);
    expect(broken(rule, { schema: TEXT, spec: "first" })).toEqual([]);
    expect(broken(rule, { schema: TEXT, spec: "x", stored: "y" })).toEqual([]);
  });

  it("follow the items of a list map by their keys", () => {
    const schema = schemaWith({
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        properties: { name: TEXT, size: { type: "integer" } },
        "x-kubernetes-validations": [{ rule: "self.size >= oldSelf.size", message: "may not shrink" }],
      },
    });
    const stored = thing([
      { name: "a", size: 2 },
      { name: "b", size: 5 },
    ]);
    const causes = schema.validate(
      thing([
        { name: "b", size: 3 },
        { name: "a", size: 2 },
      ]),
      stored,
    );
    expect(causes.map(({ field }) => field)).toEqual(["spec[0]"]);
  });
});

describe("the words of a violation", () => {
  it("are the rule itself where it has no message", () => {
    expect(broken({ rule: "self == 'x'" }, { schema: TEXT, spec: "y" })).toEqual([
      `spec: Invalid value: "string": failed rule: self == 'x'`,
    ]);
  });

  it("come from the message expression where it works", () => {
    const computed = {
      rule: "self.a > 5",
      messageExpression: "'a is ' + string(self.a)",
      message: "too small",
    };
    expect(broken(computed, { schema: NUMBERS, spec: { a: 1 } })).toEqual([
      'spec: Invalid value: "object": a is 1',
    ]);
    const failing = { ...computed, messageExpression: "string(self.missing)" };
    expect(broken(failing, { schema: NUMBERS, spec: { a: 1 } })).toEqual([
      'spec: Invalid value: "object": too small',
    ]);
  });

  it("take the reason and the field that the rule names", () => {
    const rule = { rule: "has(self.a)", message: "say a", reason: "FieldValueRequired", fieldPath: ".a" };
    expect(broken(rule, { schema: NUMBERS, spec: {} })).toEqual(["spec.a: Required value: say a"]);
  });

  it("say what went wrong when the rule cannot be evaluated", () => {
    expect(broken({ rule: "self.a == 1", message: "a must be 1" }, { schema: NUMBERS, spec: {} })).toEqual([
      'spec: Invalid value: "object": no such key: a evaluating rule: a must be 1',
    ]);
  });
});

describe("values as rules see them", () => {
  const rules: readonly (readonly [rule: string, schema: Schema, spec: unknown])[] = [
    ["self.a / 2 == 1 && type(self.a) == int", NUMBERS, { a: 3 }],
    ["self.b / 2.0 == 1.5", NUMBERS, { b: 3 }],
    ["self in ['x', 'y']", TEXT, "x"],
    ["self.matches('(?i)^RAY[a-z]+$')", TEXT, "raycluster"],
    ["self.find('[0-9]+') == '42' && self.replace('4', '5') == 'a52'", TEXT, "a42"],
    ["quantity(self).isGreaterThan(quantity('500m'))", TEXT, "2Gi"],
    [
      "self.isSorted() && self.sum() == 6 && self.max() == 3",
      { type: "array", items: { type: "integer" } },
      [1, 2, 3],
    ],
    [
      "self < timestamp('2030-01-01T00:00:00Z')",
      { type: "string", format: "date-time" },
      "2026-01-01T00:00:00Z",
    ],
    ["self > duration('1h')", { type: "string", format: "duration" }, "90m"],
    ["self == 5 || self == '5'", { "x-kubernetes-int-or-string": true }, 5],
    ["self.x__dash__y == 'z'", { type: "object", properties: { "x-y": TEXT } }, { "x-y": "z" }],
    ["self.__namespace__ == 'z'", { type: "object", properties: { namespace: TEXT } }, { namespace: "z" }],
    ["self.all(k, self[k] > 0)", { type: "object", additionalProperties: { type: "integer" } }, { "a-b": 1 }],
    ["!has(self.toString)", NUMBERS, {}],
  ];

  it.each(rules)("%s", (rule, schema, spec) => {
    expect(broken({ rule }, { schema, spec })).toEqual([]);
  });
});

describe("rules and the schema", () => {
  const limited: Schema = {
    type: "object",
    required: ["a"],
    properties: { a: { type: "integer" } },
    "x-kubernetes-validations": [{ rule: "self.a > 5", message: "too small" }],
  };

  it("are not asked about an object that is malformed", () => {
    expect(
      schemaWith(limited)
        .validate(thing({}))
        .map(({ message }) => message),
    ).toEqual(["Required value", expect.stringContaining("some validation rules were not checked")]);
  });

  it("are not asked again about what has not changed", () => {
    expect(schemaWith(limited).validate(thing({ a: 1 }), thing({ a: 1 }))).toEqual([]);
    expect(schemaWith(limited).validate(thing({ a: 2 }), thing({ a: 1 }))).toHaveLength(1);
  });
});
