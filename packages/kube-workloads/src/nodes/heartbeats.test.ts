import { describe, expect, it } from "vitest";
import { Heartbeats } from "./heartbeats.ts";

describe("Heartbeats", () => {
  it("counts from when it saw the sign change, whatever it says", () => {
    const heartbeats = new Heartbeats(60_000);
    expect(heartbeats.silenceMs("a", "2020", 1_000)).toBe(0);
    expect(heartbeats.silenceMs("a", "2020", 41_000)).toBe(40_000);
    expect(heartbeats.silenceMs("a", "2021", 42_000)).toBe(0);
    heartbeats.forget("a");
    expect(heartbeats.silenceMs("a", "2021", 43_000)).toBe(0);
  });

  it("does not blame the node for its own sleep", () => {
    const heartbeats = new Heartbeats(60_000);
    heartbeats.silenceMs("a", "2020", 0);
    expect(heartbeats.silenceMs("a", "2020", 8 * 3_600_000)).toBe(0);
  });
});
