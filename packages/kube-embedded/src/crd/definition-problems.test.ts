import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { definition, version, WIDGET_SCHEMA, withSchema } from "../testing/definitions.ts";
import { definitionProblems } from "./definition-problems.ts";

const AT = "spec.validation.openAPIV3Schema";

function problems(candidate: CustomResourceDefinition): readonly string[] {
  return definitionProblems(candidate).map(({ field, message }) => `${field}: ${message}`);
}

/** The problems of a property `x` in an otherwise good schema. */
function schemaProblems(x: unknown): readonly string[] {
  const schema = { type: "object", properties: { x } };
  return problems(definition({ versions: [withSchema(schema)] }));
}

it("finds nothing wrong with a good definition", () => {
  expect(problems(definition())).toEqual([]);
});

describe("identity", () => {
  it("is plural and group", () => {
    const named = { ...definition(), metadata: { name: "widget.example.io" } };
    expect(problems(named)).toEqual([
      'metadata.name: Invalid value: "widget.example.io": must be spec.names.plural+"."+spec.group',
    ]);
  });

  it("has a domain for a group", () => {
    expect(problems(definition({ group: "example" }))).toEqual([
      'spec.group: Invalid value: "example": should be a domain with at least one dot',
    ]);
  });

  it("has exactly one storage version, and each version once", () => {
    const two = [version(), version({ name: "v2" })];
    expect(problems(definition({ versions: two }))[0]).toContain(
      "must have exactly one version marked as storage",
    );
    const twice = [version(), version({ storage: false })];
    expect(problems(definition({ versions: twice }))[0]).toContain("must contain unique version names");
  });

  it("converts between versions by name only", () => {
    expect(problems(definition({ conversion: { strategy: "Webhook" } }))).toEqual([
      'spec.conversion.strategy: Unsupported value: "Webhook": supported values: "None"',
    ]);
  });
});

describe("versions", () => {
  it("need a schema", () => {
    const { schema: _, ...bare } = version();
    expect(problems(definition({ versions: [bare] }))).toEqual([
      "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required",
    ]);
  });

  it("are spoken of one by one only where they differ", () => {
    const untyped = (name: string): CustomResourceDefinitionVersion => ({
      ...version({ name }),
      schema: { openAPIV3Schema: { type: "object", properties: { [name]: {} } } },
    });
    const same = { ...untyped("v1"), name: "v2", storage: false };
    const fields = (...versions: readonly CustomResourceDefinitionVersion[]): readonly string[] =>
      definitionProblems(definition({ versions })).map(({ field }) => field);
    expect(fields(untyped("v1"), same)).toEqual(["spec.validation.openAPIV3Schema.properties[v1].type"]);
    expect(fields(untyped("v1"), { ...untyped("v2"), storage: false })).toEqual([
      "spec.versions[0].schema.openAPIV3Schema.properties[v1].type",
      "spec.versions[1].schema.openAPIV3Schema.properties[v2].type",
    ]);
  });

  it("need readable paths", () => {
    const columns = [{ name: "a", type: "text", jsonPath: ".a[" }];
    const scale = { specReplicasPath: ".replicas", statusReplicasPath: ".status.replicas" };
    const odd = version({ additionalPrinterColumns: columns, subresources: { scale } });
    expect(problems(definition({ versions: [odd] })).map((each) => each.split(":")[0])).toEqual([
      "spec.additionalPrinterColumns[0].jsonPath",
      "spec.additionalPrinterColumns[0].type",
      "spec.subresources.scale.specReplicasPath",
    ]);
  });
});

describe("structural schemas", () => {
  const X = `${AT}.properties[x]`;
  const cases: readonly (readonly [name: string, schema: unknown, problem: string])[] = [
    ["have types", {}, `${X}.type: Required value: must not be empty for specified object fields`],
    [
      "of the closed set",
      { type: "text" },
      `${X}.type: Invalid value: "text": must be one of array, boolean`,
    ],
    [
      "or are int-or-string",
      { type: "string", "x-kubernetes-int-or-string": true },
      `${X}.type: Invalid value`,
    ],
    ["refer to nothing", { type: "object", $ref: "#/x" }, `${X}.$ref: Forbidden: $ref is not supported`],
    ["say what arrays hold", { type: "array" }, `${X}.items: Required value: must be specified`],
    [
      "never close maps",
      { type: "object", additionalProperties: false },
      `${X}.additionalProperties: Forbidden`,
    ],
    [
      "have keys in list maps",
      { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" },
      `${X}.x-kubernetes-list-map-keys: Required value`,
    ],
    [
      "have sure keys in list maps",
      {
        type: "array",
        items: { type: "object", properties: { k: { type: "string" } } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["k"],
      },
      `${X}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys`,
    ],
    [
      "have RE2 patterns",
      { type: "string", pattern: "(?=x)" },
      `${X}.pattern: Invalid value: "(?=x)": must be a`,
    ],
    ["have valid defaults", { type: "integer", default: "x" }, `${X}.default: Invalid value: "string"`],
    [
      "have rules that compile",
      { type: "string", "x-kubernetes-validations": [{ rule: "self ==" }] },
      `${X}.x-kubernetes-validations[0].rule: Invalid value: "self ==": compilation failed`,
    ],
    [
      "keep types out of alternatives",
      { type: "string", anyOf: [{ type: "string" }] },
      `${X}.anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
    [
      "are schemas at all",
      { type: ["string"] },
      `${X.replace(/properties\[x\]/, "properties.x")}.type: Invalid value`,
    ],
  ];

  it.each(cases)("%s", (_, schema, problem) => {
    expect(schemaProblems(schema)).toEqual([expect.stringContaining(problem)]);
  });

  it("are objects at the root, and leave metadata alone", () => {
    expect(problems(definition({ versions: [withSchema({ type: "string" })] }))).toEqual([
      `${AT}.type: Invalid value: "string": must be object at the root`,
    ]);
    const metadata = { type: "object", properties: { labels: { type: "object" } } };
    const schema = { ...WIDGET_SCHEMA, properties: { metadata } };
    expect(problems(definition({ versions: [withSchema(schema)] }))).toEqual([
      expect.stringContaining("must not specify anything other than name and generateName"),
    ]);
  });
});
