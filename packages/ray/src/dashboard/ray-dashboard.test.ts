import { describe, expect, it } from "vitest";
import { isJobOver, isRayError, RayError } from "./ray-dashboard.ts";

describe("RayError", () => {
  it("is told apart by its reason", () => {
    const error = new RayError("NotFound", 'Cannot read job "x": it does not exist', { status: 404 });
    expect(isRayError(error)).toBe(true);
    expect(isRayError(error, "Unavailable", "NotFound")).toBe(true);
    expect(isRayError(error, "Unavailable")).toBe(false);
    expect(isRayError(new Error("NotFound"))).toBe(false);
  });
});

describe("isJobOver()", () => {
  it.each([
    ["PENDING", false],
    ["RUNNING", false],
    ["STOPPED", true],
    ["SUCCEEDED", true],
    ["FAILED", true],
  ] as const)("of %s is %s", (status, isOver) => {
    expect(isJobOver(status)).toBe(isOver);
  });
});
