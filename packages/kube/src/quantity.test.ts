import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuantity, printQuantity, quantityCeil } from "./quantity.ts";

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

describe("quantityCeil()", () => {
  it("rounds up, and knows nothing of what is no quantity", () => {
    expect(quantityCeil("1500m")).toBe(2);
    expect(quantityCeil("lots")).toBe(0);
    expect(quantityCeil(undefined)).toBe(0);
  });
});
