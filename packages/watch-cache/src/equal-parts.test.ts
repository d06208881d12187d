import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EqualParts } from "./equal-parts.ts";

const pod = (name: string) => ({
  metadata: { name, labels: { app: "web" } },
  spec: { containers: [{ name: "main", env: [{ name: "A", value: "1" }] }] },
});

describe("EqualParts", () => {
  it("changes nothing that can be seen", () => {
    const parts = new EqualParts();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const before = JSON.stringify(object);
        expect(JSON.stringify(parts.share(object))).toBe(before);
      }),
    );
  });

  it("makes equal parts one", () => {
    const parts = new EqualParts();
    const [left, right] = [parts.share(pod("a")), parts.share(pod("b"))];
    expect(left.metadata.labels).toBe(right.metadata.labels);
    expect(left.spec.containers).toBe(right.spec.containers);
    expect(left.metadata).not.toBe(right.metadata);
  });

  it("tells apart what only looks alike", () => {
    const parts = new EqualParts();
    const values = [["1"], [1], [null], ["null"], {}, [], { a: "b" }, { a: ["b"] }, ["a", "b"], [["a"], "b"]];
    const shared = values.map((value) => parts.share({ spec: { value } }).spec.value);
    expect(shared).toEqual(values);
  });

  it("tells apart two parts that have one fingerprint", () => {
    const parts = new EqualParts();
    const [one, other] = ["part 9rnw", "part apba"];
    const texts = [one, other, one].map((text) => parts.share({ spec: { part: { text } } }).spec.part.text);
    expect(texts).toEqual([one, other, one]);
  });

  it("leaves alone what is frozen", () => {
    const frozen = Object.freeze(pod("a"));
    const parts = new EqualParts();
    expect(parts.share(frozen)).toBe(frozen);
    const { spec } = pod("a");
    Object.freeze(spec);
    expect(parts.share({ metadata: { name: "a" }, spec }).spec).toBe(spec);
    const [left, right] = [{ a: 1 }, { a: 2 }].map((part) => ({ x: { y: { z: Object.freeze(part) } } }));
    expect([parts.share(left ?? {}), parts.share(right ?? {})]).toEqual([
      { x: { y: { z: { a: 1 } } } },
      { x: { y: { z: { a: 2 } } } },
    ]);
  });
});
