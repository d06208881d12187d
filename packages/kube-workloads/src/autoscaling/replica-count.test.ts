import { describe, expect, it } from "vitest";
import { type MeasuredPod, recommendedReplicas } from "./replica-count.ts";

const HALF = { utilizationPercent: 50 };

describe("recommendedReplicas()", () => {
  it.each([
    ["grows with the load", [100, 100, 100], 6],
    ["shrinks with the load", [20, 20, 20], 2],
    ["leaves small deviations alone", [54, 54, 54], 3],
    ["rounds up", [60, 60], 3],
  ])("%s", (_, used, replicas) => {
    expect(recommendedReplicas(used.length, used.map(pod), HALF)?.replicas).toBe(replicas);
  });

  it("takes amounts as well as shares", () => {
    const recommendation = recommendedReplicas(2, [pod(300), pod(100)], { averageValue: 100 });
    expect(recommendation).toEqual({ replicas: 4, averageValue: 200 });
  });

  it("takes unmeasured pods to be idle when it would grow, and busy when it would shrink", () => {
    const unmeasured = { ...pod(0), used: undefined };
    expect(recommendedReplicas(2, [pod(80), unmeasured], HALF)?.replicas).toBe(2);
    expect(recommendedReplicas(4, [pod(10), pod(10), pod(10), unmeasured], HALF)?.replicas).toBe(3);
  });

  it("does not let pods that are still starting drive it up", () => {
    const starting = { ...pod(1000), isReady: false };
    expect(recommendedReplicas(2, [pod(60), starting], HALF)?.replicas).toBe(2);
  });

  it("recommends nothing when nothing was measured", () => {
    expect(recommendedReplicas(2, [], HALF)).toBeUndefined();
  });
});

function pod(used: number): MeasuredPod {
  return { used, requested: 100, isReady: true };
}
