import type { Schema } from "@heliostat/kube";
import fc from "fast-check";
import { expect, it } from "vitest";
import { SchemaPool } from "./share-schema.ts";

it("answers a schema that is equal to the given one", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const schema = { type: "object", default: value } as Schema;
      expect(JSON.stringify(new SchemaPool().share(schema))).toBe(JSON.stringify(schema));
    }),
  );
});

it("makes equal parts the same object, in one schema and between schemas", () => {
  const template = (): Schema => ({ type: "object", properties: { image: { type: "string" } } });
  const pool = new SchemaPool();
  const first = pool.share({ type: "object", properties: { head: template(), worker: template() } });
  const second = pool.share({ type: "array", items: template() });
  expect(first.properties?.["head"]).toBe(first.properties?.["worker"]);
  expect(second.items).toBe(first.properties?.["head"]);
});

it("keeps apart what differs only in order or in nesting", () => {
  const pool = new SchemaPool();
  expect(pool.share({ required: ["a", "b"] })).toEqual({ required: ["a", "b"] });
  expect(pool.share({ required: ["b", "a"] })).toEqual({ required: ["b", "a"] });
  expect(pool.share({ enum: [["a"], "b"] })).toEqual({ enum: [["a"], "b"] });
  expect(pool.share({ enum: ["a", ["b"]] })).toEqual({ enum: ["a", ["b"]] });
});
