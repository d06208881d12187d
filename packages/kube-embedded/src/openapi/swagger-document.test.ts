import { describe, expect, it } from "vitest";
import { servedFromDefinition } from "../crd/served-from-definition.ts";
import { definition, withSchema } from "../testing/definitions.ts";
import { POD_RESOURCE } from "../testing/small-api.ts";
import { swaggerDocument } from "./swagger-document.ts";
import { swaggerProtobuf } from "./swagger-protobuf.ts";

const custom = withSchema({
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["size"],
      properties: {
        size: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
        extra: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        labels: { type: "object", additionalProperties: { type: "string" }, nullable: true },
      },
    },
  },
});
const document = swaggerDocument([POD_RESOURCE, ...servedFromDefinition(definition({ versions: [custom] }))]);

describe("swaggerDocument()", () => {
  it("refers to its own definitions only", () => {
    const targets = JSON.stringify(document).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g);
    const missing = [...targets].filter(([, name = ""]) => document.definitions[name] === undefined);
    expect(missing).toEqual([]);
    expect(JSON.stringify(document)).not.toContain("components/schemas");
  });

  it("says of every kind which one it is, and how its lists merge", () => {
    expect(document.definitions["Pod"]).toMatchObject({
      "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind: "Pod" }],
    });
    expect(document.definitions["PodSpec"]?.properties?.["containers"]).toMatchObject({
      "x-kubernetes-patch-merge-key": "name",
    });
  });

  it("leaves open what version 2 cannot say", () => {
    const spec = document.definitions["io.example.v1.Widget"]?.properties?.["spec"];
    expect(spec).toEqual({
      type: "object",
      required: ["size"],
      properties: {
        size: { "x-kubernetes-int-or-string": true },
        extra: { "x-kubernetes-preserve-unknown-fields": true },
        labels: { type: "object", additionalProperties: { type: "string" } },
      },
    });
  });
});

describe("swaggerProtobuf()", () => {
  it("writes the messages of openapi.v2", () => {
    const bytes = swaggerProtobuf({
      swagger: "2.0",
      info: { title: "T", version: "v1" },
      paths: {},
      definitions: { A: { type: "string", required: ["r"], "x-kubernetes-map-type": "atomic" } },
    });
    const extension = [...field(1, "x-kubernetes-map-type"), ...field(2, [...field(2, '"atomic"')])];
    const schema = [...field(19, "r"), ...field(22, [...field(1, "string")]), ...field(31, extension)];
    expect([...bytes]).toEqual([
      ...field(1, "2.0"),
      ...field(2, [...field(1, "T"), ...field(2, "v1")]),
      ...field(8, []),
      ...field(9, [...field(1, [...field(1, "A"), ...field(2, schema)])]),
    ]);
  });

  it("counts lengths beyond one byte", () => {
    const title = "x".repeat(300);
    const bytes = swaggerProtobuf({ ...document, swagger: "2.0", info: { title, version: "v1" } });
    expect([...bytes.subarray(5, 8)]).toEqual([0x12, 0xb3, 0x02]);
  });
});

/** A field with a length, by the book; short ones only. */
function field(number: number, content: string | readonly number[]): readonly number[] {
  const bytes = typeof content === "string" ? [...Buffer.from(content)] : content;
  const tag = number * 8 + 2;
  return [...(tag < 128 ? [tag] : [(tag % 128) | 0x80, Math.floor(tag / 128)]), bytes.length, ...bytes];
}
