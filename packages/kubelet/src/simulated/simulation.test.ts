import { describe, expect, it } from "vitest";
import { AddressPool } from "./address-pool.ts";
import { simulationOf } from "./simulation.ts";

describe("simulationOf()", () => {
  it.each([
    [undefined, {}],
    ["", {}],
    ["start after 3s", { startDelayMs: 3000 }],
    ["exit 1 after 5s", { end: { exitCode: 1, afterMs: 5000 } }],
    ["exit 0 after 2m", { end: { exitCode: 0, afterMs: 120_000 } }],
    ["run out of memory after 10ms", { end: { exitCode: 137, afterMs: 10, isOutOfMemory: true } }],
    ["fail to start", { failsToStart: true }],
    ["use 250m cpu", { cpuMillis: 250 }],
    ["use 2 cpu; use 1Mi memory", { cpuMillis: 2000, memoryBytes: 1_048_576 }],
    ["start after 1s; exit 2 after 1s", { startDelayMs: 1000, end: { exitCode: 2, afterMs: 1000 } }],
    ["other: exit 1 after 1s; start after 1h", { startDelayMs: 3_600_000 }],
    ["main: exit 1 after 1s", { end: { exitCode: 1, afterMs: 1000 } }],
  ])("reads %s", (text, expected) => {
    expect(simulationOf(text, "main")).toEqual(expected);
  });

  it("quotes what it cannot read", () => {
    expect(() => simulationOf("explode", "main")).toThrow(
      'Cannot read annotation "heliostat.dev/simulate": "explode" is not in the vocabulary',
    );
  });
});

describe("AddressPool", () => {
  it("gives every address once, and then those that have come back", () => {
    const pool = new AddressPool();
    const taken = Array.from({ length: 0xfffe - 1 }, () => pool.take());
    expect(taken[0]).toBe("10.244.0.2");
    expect(taken.at(-1)).toBe("10.244.255.254");
    expect(new Set(taken).size).toBe(taken.length);
    expect(() => pool.take()).toThrow("Cannot give the pod an address");
    pool.giveBack("10.244.3.7");
    expect(pool.take()).toBe("10.244.3.7");
  });
});
