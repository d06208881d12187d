import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonPatchOperation } from "../client.ts";
import type { Json } from "../object.ts";
import { applyJsonPatch } from "./json-patch.ts";

function patched(document: Json, ...operations: readonly JsonPatchOperation[]): Json {
  return applyJsonPatch(document, operations);
}

describe("applyJsonPatch", () => {
  it("adds, replaces and removes members and items", () => {
    const document = { spec: { items: [1, 2], name: "a" } };
    expect(
      patched(
        document,
        { op: "add", path: "/spec/items/1", value: 9 },
        { op: "add", path: "/spec/items/-", value: 3 },
        { op: "replace", path: "/spec/name", value: "b" },
        { op: "remove", path: "/spec/items/0" },
      ),
    ).toEqual({ spec: { items: [9, 2, 3], name: "b" } });
    expect(document).toEqual({ spec: { items: [1, 2], name: "a" } });
  });

  it("adds a missing object member on replace: Ray's autoscaler relies on it", () => {
    const operation = {
      op: "replace",
      path: "/spec/scaleStrategy",
      value: { workersToDelete: ["x"] },
    } as const;
    expect(patched({ spec: {} }, operation)).toEqual({ spec: { scaleStrategy: { workersToDelete: ["x"] } } });
  });

  it("counts negative indices from the end", () => {
    expect(patched([1, 2, 3], { op: "remove", path: "/-1" })).toEqual([1, 2]);
    expect(patched([1, 2, 3], { op: "replace", path: "/-3", value: 0 })).toEqual([0, 2, 3]);
    expect(patched([1, 2], { op: "add", path: "/-1", value: 3 })).toEqual([1, 2, 3]);
  });

  it("holds a test for null where nothing is", () => {
    expect(patched({ a: 1 }, { op: "test", path: "/b", value: null })).toEqual({ a: 1 });
    expect(() => patched({ a: 1 }, { op: "test", path: "/a", value: 2 })).toThrow("testing value /a failed");
  });

  it("copies and moves, escaped keys included", () => {
    expect(patched({ "a/b": { "~": 1 } }, { op: "copy", from: "/a~1b/~0", path: "/c" })).toEqual({
      "a/b": { "~": 1 },
      c: 1,
    });
    expect(patched([1, 2, 3], { op: "move", from: "/0", path: "/-" })).toEqual([2, 3, 1]);
  });

  it.each<[string, Json, JsonPatchOperation]>([
    ["removing a missing member", { a: 1 }, { op: "remove", path: "/b" }],
    ["moving a missing member", { a: 1 }, { op: "move", from: "/b", path: "/c" }],
    ["an index past the end", [1], { op: "replace", path: "/1", value: 2 }],
    ["an index that is none", [1], { op: "add", path: "/x", value: 2 }],
    ["a missing parent", {}, { op: "add", path: "/a/b", value: 1 }],
    ["the whole document", {}, { op: "replace", path: "", value: {} }],
  ])("refuses %s as Invalid", (_, document, operation) => {
    expect(() => patched(document, operation)).toThrow(expect.objectContaining({ reason: "Invalid" }));
  });

  it("refuses an unknown operation like any other that does not apply", () => {
    const operation = { op: "merge", path: "/a" } as unknown as JsonPatchOperation;
    expect(() => patched({}, operation)).toThrow(expect.objectContaining({ reason: "Invalid" }));
  });

  it("never reaches a prototype", () => {
    const result = patched(
      {},
      { op: "add", path: "/__proto__", value: { polluted: true } },
      { op: "add", path: "/__proto__/more", value: true },
    );
    expect(Object.hasOwn(result as object, "__proto__")).toBe(true);
    expect(() => patched({}, { op: "add", path: "/constructor/prototype/x", value: 1 })).toThrow(
      "missing path",
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("turns any document into any other by one member at a time", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (from, to) => {
          const before = from as Readonly<Record<string, Json>>;
          const after = to as Readonly<Record<string, Json>>;
          const operations: readonly JsonPatchOperation[] = [
            ...Object.keys(before).map((key) => ({ op: "remove" as const, path: `/${escaped(key)}` })),
            ...Object.entries(after).map(([key, value]) => ({
              op: "add" as const,
              path: `/${escaped(key)}`,
              value,
            })),
          ];
          expect(applyJsonPatch(before, operations)).toEqual(after);
        },
      ),
    );
  });
});

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
