import type { HorizontalPodAutoscaler } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { allowedReplicas, type Memory, NO_MEMORY, remembered } from "./behavior.ts";

const MINUTE_MS = 60_000;

describe("allowedReplicas()", () => {
  it("at most doubles in fifteen seconds, or adds four pods", () => {
    const wish = { recommended: 100, nowMs: 0 };
    expect(allowedReplicas(autoscaler(), NO_MEMORY, { ...wish, current: 1 }).replicas).toBe(5);
    expect(allowedReplicas(autoscaler(), NO_MEMORY, { ...wish, current: 10 }).replicas).toBe(20);
    const memory = remembered(NO_MEMORY, { current: 10, recommended: 100, nowMs: 0 }, 20);
    expect(allowedReplicas(autoscaler(), memory, { current: 20, recommended: 100, nowMs: 5000 })).toEqual({
      replicas: 20,
      limitedBy: "ScaleUpLimit",
    });
  });

  it("does not go below what was recommended within five minutes", () => {
    const memory: Memory = { recommendations: [{ atMs: 0, value: 8 }], scalings: [] };
    const wish = { current: 8, recommended: 2 };
    expect(allowedReplicas(autoscaler(), memory, { ...wish, nowMs: 4 * MINUTE_MS })).toEqual({
      replicas: 8,
      limitedBy: "ScaleDownStabilized",
    });
    expect(allowedReplicas(autoscaler(), memory, { ...wish, nowMs: 6 * MINUTE_MS })).toEqual({ replicas: 2 });
  });

  it("heeds policies of its own, and stands still when scaling is disabled", () => {
    const policies = [{ type: "Pods", value: 1, periodSeconds: 60 }];
    const slow = autoscaler({ scaleDown: { stabilizationWindowSeconds: 0, policies } });
    expect(allowedReplicas(slow, NO_MEMORY, { current: 8, recommended: 2, nowMs: 0 }).replicas).toBe(7);
    const still = autoscaler({ scaleUp: { selectPolicy: "Disabled" } });
    expect(allowedReplicas(still, NO_MEMORY, { current: 1, recommended: 9, nowMs: 0 }).replicas).toBe(1);
  });
});

function autoscaler(behavior: HorizontalPodAutoscaler["spec"]["behavior"] = {}): HorizontalPodAutoscaler {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: { scaleTargetRef, maxReplicas: 100, behavior },
  };
}
