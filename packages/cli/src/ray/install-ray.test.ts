import { describe, expect, it } from "vitest";
import { progressOf } from "./install-ray.ts";

describe("progressOf()", () => {
  it("tells of each download with its size, and of the unpacking", () => {
    expect(progressOf("  Downloading ray-2.58.0-cp311-cp311-manylinux2014_x86_64.whl (72.9 MB)")).toBe(
      "downloading ray 2.58.0 (72.9 MB)",
    );
    expect(progressOf("Installing collected packages: colorful, aiosignal, ray")).toBe("unpacking");
  });

  it("is silent about the rest", () => {
    expect(progressOf("Collecting ray[default]==2.58.0")).toBeUndefined();
    expect(progressOf("  Downloading rpds_py-0.30.0-cp311-cp311-x.whl.metadata (4.1 kB)")).toBeUndefined();
  });
});
