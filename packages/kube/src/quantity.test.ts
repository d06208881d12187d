import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalQuantity, parseQuantity, printQuantity, quantityCeil } from "./quantity.ts";

describe("printQuantity()", () => {
  it("prints what was parsed, to the thousandth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (milli) => {
        const printed = printQuantity(parseQuantity(`${milli}m`) ?? Number.NaN, "DecimalSI");
        expect(parseQuantity(printed)).toBeCloseTo(milli / 1000, 9);
      }),
    );
  });

  it.each([
    ["9m", "DecimalSI", "9m"],
    ["1500m", "DecimalSI", "1500m"],
    ["1000m", "DecimalSI", "1"],
    ["2048Mi", "BinarySI", "2Gi"],
    ["0", "BinarySI", "0"],
  ] as const)("writes %s in %s as %s", (text, format, printed) => {
    expect(printQuantity(parseQuantity(text) ?? Number.NaN, format)).toBe(printed);
  });
});

describe("canonicalQuantity()", () => {
  it.each([
    [1, "1"],
    [0.5, "500m"],
    ["0.5", "500m"],
    ["0", "0"],
    ["0Gi", "0"],
    ["1024Mi", "1Gi"],
    ["1000Mi", "1000Mi"],
    ["1.5Gi", "1536Mi"],
    ["1.1Gi", "1181116006400m"],
    ["0.5Ki", "512"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["100m", "100m"],
    ["1000000000", "1G"],
    ["128974848", "128974848"],
    ["12E", "12E"],
    ["1e3", "1e3"],
    ["12e2", "1200"],
    ["129e6", "129e6"],
    ["1E", "1E"],

    ["0.1n", "1n"],
    ["-0.5", "-500m"],
    ["-1.5Gi", "-1536Mi"],
    ["+2", "2"],
    ["1e999999999", "9223372036854775807"],
    ["1e-999999999", "1e-9"],
    ["lots", undefined],
  ] as const)("keeps %s as %s", (text, kept) => {
    expect(canonicalQuantity(text)).toBe(kept);
  });

  it("rounds amounts of resources up to thousandths", () => {
    expect(canonicalQuantity("1.0001", -3)).toBe("1001m");
    expect(canonicalQuantity("1n", -3)).toBe("1m");
  });

  it("says what it was given, and nothing else when asked again", () => {
    const suffix = fc.constantFrom("", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "e-3");
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 9 }),
        fc.integer({ min: 0, max: 3 }),
        suffix,
        (digits, places, end) => {
          const text = `${digits / 10 ** places}${end}`;
          const kept = canonicalQuantity(text) ?? "";
          expect((parseQuantity(kept) ?? Number.NaN) / (parseQuantity(text) ?? Number.NaN)).toBeCloseTo(1, 6);
          expect(canonicalQuantity(kept)).toBe(kept);
        },
      ),
    );
  });
});

describe("quantityCeil()", () => {
  it("rounds up, and knows nothing of what is no quantity", () => {
    expect(quantityCeil("1500m")).toBe(2);
    expect(quantityCeil("lots")).toBe(0);
    expect(quantityCeil(undefined)).toBe(0);
  });
});
