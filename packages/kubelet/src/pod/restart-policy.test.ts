import { describe, expect, it } from "vitest";
import { type BackOff, isRestarted, raisedBackOff, restartAtMs } from "./restart-policy.ts";

describe("isRestarted()", () => {
  it.each([
    ["Always", 0, true],
    ["Always", 1, true],
    ["OnFailure", 0, false],
    ["OnFailure", 1, true],
    ["Never", 1, false],
  ] as const)("%s after exit %i: %s", (policy, exitCode, expected) => {
    expect(isRestarted(policy, exitCode)).toBe(expected);
  });
});

describe("back-off", () => {
  it("restarts at once the first time, then after 10 seconds doubling up to 5 minutes", () => {
    const waits: number[] = [];
    let backOff: BackOff | undefined;
    for (let now = 0; waits.length < 8; ) {
      const at = restartAtMs(backOff, now);
      waits.push((at - now) / 1000);
      backOff = raisedBackOff(backOff, now, at);
      now = at;
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it("forgets all that after a run of more than ten minutes", () => {
    const backOff = { delayMs: 300_000, raisedAtMs: 0 };
    expect(restartAtMs(backOff, 600_000)).toBe(900_000);
    expect(restartAtMs(backOff, 600_001)).toBe(600_001);
    expect(raisedBackOff(backOff, 600_001, 600_001)).toEqual({ delayMs: 10_000, raisedAtMs: 600_001 });
  });
});
