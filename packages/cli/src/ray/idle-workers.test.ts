import { RayError } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { idleSecondsIn } from "./idle-workers.ts";

describe("idleSecondsIn()", () => {
  it("reads the last line, in seconds", () => {
    const said = 'INFO: connecting\n{"demo-small-worker-a": 1500, "demo-small-worker-b": 20000}\n';
    expect([...idleSecondsIn(said)]).toEqual([
      ["demo-small-worker-a", 1.5],
      ["demo-small-worker-b", 20],
    ]);
  });

  it("takes nothing else for an answer", () => {
    expect(() => idleSecondsIn("Traceback")).toThrow(RayError);
    expect(() => idleSecondsIn("")).toThrow("Cannot ask Ray who is idle");
  });
});
