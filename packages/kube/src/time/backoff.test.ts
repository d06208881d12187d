import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import type { Random } from "./clock.ts";

const BACKOFF = { baseMs: 100, maxMs: 1000 };

describe("backoffMs()", () => {
  it("doubles with each failure up to the maximum", () => {
    const waits = [1, 2, 3, 4, 5, 2000].map((failures) => backoffMs(BACKOFF, failures, chance(0)));
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it("takes at most half away by chance", () => {
    expect(backoffMs(BACKOFF, 3, chance(0.999_999))).toBe(201);
  });
});

function chance(fraction: number): Random {
  return { uuid: () => "", fraction: () => fraction };
}
