import type { Lease } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { Heartbeats } from "./heartbeats.ts";

describe("Heartbeats", () => {
  it("counts from when it saw the lease change, whatever the lease says", () => {
    const heartbeats = new Heartbeats(60_000);
    expect(heartbeats.silenceMs("a", lease("2020"), 1_000)).toBe(0);
    expect(heartbeats.silenceMs("a", lease("2020"), 41_000)).toBe(40_000);
    expect(heartbeats.silenceMs("a", lease("2021"), 42_000)).toBe(0);
    expect(heartbeats.silenceMs("a", undefined, 43_000)).toBeUndefined();
  });

  it("does not blame the node for its own sleep", () => {
    const heartbeats = new Heartbeats(60_000);
    heartbeats.silenceMs("a", lease("2020"), 0);
    expect(heartbeats.silenceMs("a", lease("2020"), 8 * 3_600_000)).toBe(0);
  });
});

function lease(renewTime: string): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "a", namespace: "kube-node-lease" },
    spec: { renewTime },
  };
}
