import { describe, expect, it } from "vitest";
import { firstTally, type ProbeKind, type ProbeOutcome, probeTiming, talliedProbe } from "./probe-tally.ts";

function verdictsOf(
  kind: ProbeKind,
  results: string,
  thresholds = { successThreshold: 1, failureThreshold: 3 },
) {
  const timing = probeTiming(thresholds);
  const outcome: Readonly<Record<string, ProbeOutcome["result"]>> = {
    s: "success",
    f: "failure",
    e: "error",
  };
  let tally = firstTally(kind);
  return [...results]
    .map((letter) => {
      tally = talliedProbe(tally, { result: outcome[letter] ?? "error", message: "" }, timing);
      return tally.verdict.charAt(0);
    })
    .join("");
}

describe("talliedProbe()", () => {
  it("changes its verdict only at a threshold", () => {
    expect(verdictsOf("readiness", "fffsfff")).toBe("uufsssf");
    expect(verdictsOf("liveness", "ffsff")).toBe("sssss");
    expect(verdictsOf("liveness", "fff")).toBe("ssf");
    expect(verdictsOf("readiness", "sss", { successThreshold: 2, failureThreshold: 1 })).toBe("uss");
  });

  it("learns nothing from an attempt that could not be made", () => {
    expect(verdictsOf("liveness", "ffef")).toBe("sssf");
    expect(verdictsOf("startup", "eee")).toBe("uuu");
  });
});

describe("probeTiming()", () => {
  it("fills in Kubernetes' defaults", () => {
    expect(probeTiming({})).toEqual({
      initialDelayMs: 0,
      periodMs: 10_000,
      timeoutMs: 1000,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });
});
