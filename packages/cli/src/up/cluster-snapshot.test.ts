import type { Pod } from "@heliostat/kube";
import type { RayCluster } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { clusterSnapshot } from "./cluster-snapshot.ts";

const cluster = {
  metadata: { name: "demo", namespace: "default" },
  status: { state: "ready" },
} as unknown as RayCluster;

describe("clusterSnapshot()", () => {
  it("lists pods by name with what kubectl would say of them", () => {
    const { pods } = clusterSnapshot(cluster, [
      aPod("b", { containerStatuses: [{ ready: true, restartCount: 2 }], phase: "Running" }),
      aPod("a", {
        containerStatuses: [
          { ready: false, restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
        ],
      }),
    ]);
    expect(
      pods.map(({ name, ready, status, restarts, why }) => [name, ready, status, restarts, why]),
    ).toEqual([
      ["a", "0/1", "PodInitializing", 0, ""],
      ["b", "1/1", "Running", 2, ""],
    ]);
  });

  it("says why a pod cannot start: no room for it, or no image", () => {
    const noRoom = aPod("a", {
      conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }],
    });
    const noImage = aPod("b", {
      containerStatuses: [
        {
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: "ImagePullBackOff", message: "unknown" } },
        },
      ],
    });
    expect(clusterSnapshot(cluster, [noRoom, noImage]).pods.map(({ why }) => why)).toEqual([
      "0/1 nodes are available",
      "unknown",
    ]);
  });
});

function aPod(name: string, status: object): Pod {
  return { metadata: { name }, spec: { containers: [{ name: "ray" }] }, status } as unknown as Pod;
}
