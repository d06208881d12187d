import { describe, expect, it } from "vitest";
import type { Schema } from "./schemas.ts";
import { structuralSchemas } from "./structural-schemas.ts";

const text: Schema = { type: "string" };

describe("structuralSchemas", () => {
  it("replaces every $ref by what it names", () => {
    const structural = structuralSchemas({
      Group: { type: "object", properties: { pods: { type: "array", items: { $ref: "Pod" } } } },
      Pod: { type: "object", additionalProperties: { $ref: "Text" } },
      Text: text,
    });
    expect(structural({ $ref: "Group" })).toEqual({
      type: "object",
      properties: { pods: { type: "array", items: { type: "object", additionalProperties: text } } },
    });
  });

  it("makes a definition once, however often it is asked for", () => {
    const structural = structuralSchemas({ Pod: { type: "object", properties: { name: text } } });
    expect(structural({ $ref: "Pod" })).toBe(structural({ $ref: "Pod" }));
  });

  it("lets what stands beside a $ref win, and leaves the definition alone", () => {
    const structural = structuralSchemas({ Name: { type: "string", description: "Any name." } });
    expect(structural({ $ref: "Name", description: "Mine." })).toEqual({
      type: "string",
      description: "Mine.",
    });
    expect(structural({ $ref: "Name" })).toEqual({ type: "string", description: "Any name." });
  });

  it("drops what only built-in kinds may have", () => {
    const structural = structuralSchemas({
      List: {
        type: "array",
        items: text,
        "x-kubernetes-patch-merge-key": "name",
        "x-kubernetes-list-type": "atomic",
      },
    });
    expect(structural({ $ref: "List" })).toEqual({
      type: "array",
      items: text,
      "x-kubernetes-list-type": "atomic",
    });
  });

  it("refuses a name that nothing has", () => {
    expect(() => structuralSchemas({})({ $ref: "Pod" })).toThrow('"Pod" is not defined');
  });

  it("refuses a definition that contains itself", () => {
    const structural = structuralSchemas({
      Tree: { type: "object", properties: { left: { $ref: "Tree" } } },
    });
    expect(() => structural({ $ref: "Tree" })).toThrow('"Tree" contains itself');
  });
});
