import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base32Hex, sha1 } from "./sha1.ts";

describe("sha1()", () => {
  it.each([
    ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
    ["a".repeat(1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
  ])("answers the published vectors", (text, hex) => {
    expect(Buffer.from(sha1(text)).toString("hex")).toBe(hex);
  });

  it("agrees with node:crypto on any text, whatever its length and script", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(Buffer.from(sha1(text)).toString("hex")).toBe(createHash("sha1").update(text).digest("hex"));
      }),
    );
  });
});

describe("base32Hex()", () => {
  it.each([
    ["f", "CO"],
    ["fo", "CPNG"],
    ["foo", "CPNMU"],
    ["foobar", "CPNMUOJ1E8"],
  ])("answers RFC 4648's vector for %j", (text, encoded) => {
    expect(base32Hex(new TextEncoder().encode(text))).toBe(encoded);
  });
});
