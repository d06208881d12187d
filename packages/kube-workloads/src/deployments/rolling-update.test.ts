import type { Deployment, ReplicaSet } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { leewayOf, nextReplicas, planProportionalScaling, planScaleDown } from "./rolling-update.ts";

describe("leewayOf()", () => {
  it.each([
    ["25%", "25%", 10, { maxSurge: 3, maxUnavailable: 2 }],
    ["25%", "25%", 1, { maxSurge: 1, maxUnavailable: 0 }],
    [0, "10%", 5, { maxSurge: 0, maxUnavailable: 1 }],
    [2, 9, 5, { maxSurge: 2, maxUnavailable: 5 }],
  ] as const)(
    "rounds surge %s up and unavailability %s down, of %i",
    (...[surge, unavailable, replicas, leeway]) => {
      expect(leewayOf(deployment(replicas, surge, unavailable))).toEqual(leeway);
    },
  );
});

describe("a rolling update", () => {
  it("makes as many new pods as the surge leaves room for", () => {
    expect(nextReplicas(deployment(10, 3, 2), undefined, [replicaSet(10)])).toBe(3);
    expect(nextReplicas(deployment(10, 3, 2), replicaSet(3), [replicaSet(8)])).toBe(5);
    expect(nextReplicas(deployment(10, 3, 2), replicaSet(9), [])).toBe(10);
  });

  it("takes useless pods away first, and then no more than may be missing", () => {
    const useless = replicaSet(4, 1);
    const down = (older: readonly ReplicaSet[], current: ReplicaSet): readonly number[] =>
      planScaleDown(deployment(10, 3, 2), current, older).map(({ replicas }) => replicas);
    expect(down([replicaSet(10)], replicaSet(3, 0))).toEqual([8]);
    expect(down([useless, replicaSet(7)], replicaSet(2, 2))).toEqual([0, 6]);
    expect(down([replicaSet(8)], replicaSet(5, 0))).toEqual([]);
  });

  it("shares a new scale out in proportion", () => {
    const scalings = planProportionalScaling(deployment(15, 3, 2), [replicaSet(8), replicaSet(5)]);
    expect(scalings.map(({ replicas }) => replicas)).toEqual([11, 7]);
  });
});

function deployment(
  replicas: number,
  maxSurge: number | string,
  maxUnavailable: number | string,
): Deployment {
  const rollingUpdate = { maxSurge, maxUnavailable };
  const strategy = { type: "RollingUpdate", rollingUpdate };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas, strategy, selector: {}, template: {} },
  };
}

function replicaSet(replicas: number, availableReplicas: number = replicas): ReplicaSet {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: `of-${replicas}` },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas },
  };
}
