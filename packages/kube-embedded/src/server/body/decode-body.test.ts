import { type Json, KubeError } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { surveyed } from "../../api/nesting.ts";
import { decodedApplyBody, decodedBody } from "./decode-body.ts";
import { duplicateKeys } from "./duplicate-keys.ts";

describe("decodedBody()", () => {
  it("reads JSON and YAML, JSON when nothing is said", () => {
    expect(decodedBody(Buffer.from('{"a":1}'), undefined)).toEqual({ a: 1 });
    expect(decodedBody(Buffer.from('{"a":1}'), "application/json; charset=utf-8")).toEqual({ a: 1 });
    expect(decodedBody(Buffer.from("a: 1\nb: [x]\n"), "application/yaml")).toEqual({ a: 1, b: ["x"] });
  });

  it("says what it cannot read", () => {
    expect(() => decodedBody(Buffer.from("{"), "application/json")).toThrow(
      "Cannot read the request body as JSON",
    );
    expect(() => decodedBody(Buffer.from("a: [b"), "application/yaml")).toThrow(
      "Cannot read the request body as YAML",
    );
    for (const type of ["application/json", "application/yaml"]) {
      const deep = Buffer.from(
        `{a: 1, b: ${"[".repeat(50_000)}${"]".repeat(50_000)}}`.replace(/\b[ab]\b/g, '"$&"'),
      );
      expect(() => decodedBody(deep, type)).toThrow(KubeError);
    }
    expect(() => decodedBody(Buffer.from("a"), "text/html")).toThrow("in an unknown format");
    expect(() => decodedBody(Buffer.from("a"), "application/x-www-form-urlencoded")).toThrow(
      "in an unknown format",
    );
  });

  it("refuses fields that occur twice in strict mode and warns of them otherwise", () => {
    const body = Buffer.from('{"spec":{"replicas":1,"replicas":2}}');
    expect(() => decodedBody(body, undefined, { fieldValidation: "Strict" })).toThrow(
      'strict decoding error: duplicate field "spec.replicas"',
    );
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(text);
    expect(decodedBody(body, undefined, { warn })).toEqual({ spec: { replicas: 2 } });
    expect(warnings).toEqual(['duplicate field "spec.replicas"']);
    decodedBody(body, undefined, { warn, fieldValidation: "Ignore" });
    expect(warnings).toHaveLength(1);
  });

  it("does the same for YAML", () => {
    const body = Buffer.from("spec:\n  replicas: 1\n  replicas: 2\n");
    expect(() => decodedBody(body, "application/yaml", { fieldValidation: "Strict" })).toThrow(
      "strict decoding error: line 3: key already set in map",
    );
    expect(decodedBody(body, "application/yaml", { fieldValidation: "Ignore" })).toEqual({
      spec: { replicas: 2 },
    });
  });

  it("does not let a small YAML grow large", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x,x]",
      ..."bcdefgh".split("").map((name, index) => {
        const below = "abcdefg"[index];
        return `${name}: &${name} [${Array(10).fill(`*${below}`).join(",")}]`;
      }),
    ].join("\n");
    expect(() => decodedBody(Buffer.from(bomb), "application/yaml")).toThrow(
      "Cannot read the request body as YAML",
    );
  });
});

describe("decodedApplyBody()", () => {
  it("takes JSON as well as YAML", () => {
    expect(decodedApplyBody(Buffer.from('{"kind":"Pod"}'))).toEqual({ kind: "Pod" });
    expect(decodedApplyBody(Buffer.from("kind: Pod"))).toEqual({ kind: "Pod" });
  });
});

describe("duplicateKeys()", () => {
  it("finds them at any depth, under their paths", () => {
    const text = '{"a":[{"b":1,"c":{},"b":2},{"b":3}],"a":1,"x\\"y":{"k":1,"k":{"k":2,"k":3}}}';
    expect(duplicateKeys(text, surveyed(JSON.parse(text)).texts)).toEqual([
      "a[0].b",
      "a",
      'x"y.k',
      'x"y.k.k',
    ]);
  });

  it("finds none where JSON was printed from a value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(duplicateKeys(JSON.stringify(value), surveyed(value as Json).texts)).toEqual([]);
      }),
    );
  });

  it("is not confused by keys and values that look like JSON", () => {
    const text = '{"a":"{\\"a\\":1,","b":"a","c":["a","a","{"]}';
    expect(duplicateKeys(text, surveyed(JSON.parse(text)).texts)).toEqual([]);
  });
});
