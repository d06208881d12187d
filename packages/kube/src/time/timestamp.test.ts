import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochMsOf, timestamp } from "./timestamp.ts";

describe("timestamp()", () => {
  it("is the second in which a moment lies, whatever was asked for before", () => {
    const moment = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(moment, fc.nat({ max: 2_000 }), (epochMs, laterMs) => {
        for (const each of [epochMs, epochMs + laterMs, epochMs])
          expect(epochMsOf(timestamp(each))).toBe(Math.floor(each / 1000) * 1000);
      }),
    );
  });
});
