import type { RayCluster } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { CLUSTER_GAUGES, clusterSamples } from "./cluster-metrics.ts";

const IDENTITY = { name: "demo", namespace: "default", uid: "u" };

describe("CLUSTER_GAUGES", () => {
  it("has an info sample a cluster, with whom it was made for", () => {
    expect(samplesOf("kuberay_cluster_info", {})).toEqual([
      { labels: { ...IDENTITY, owner_kind: "None" }, value: 1 },
    ]);
    const ofJob = { labels: { "ray.io/originated-from-crd": "RayJob" } };
    expect(samplesOf("kuberay_cluster_info", ofJob)[0]?.labels).toMatchObject({ owner_kind: "RayJob" });
  });

  it("says in words whether a cluster is provisioned, and how long that took only once it is", () => {
    const condition = "kuberay_cluster_condition_provisioned";
    const duration = "kuberay_cluster_provisioned_duration_seconds";
    expect(samplesOf(condition, {})[0]?.labels).toMatchObject({ condition: "false" });
    expect(samplesOf(duration, {})).toEqual([]);
    expect(samplesOf(condition, {}, "True")[0]?.labels).toMatchObject({ condition: "true" });
    expect(samplesOf(duration, {}, "True")).toEqual([{ labels: IDENTITY, value: 42 }]);
  });

  it("gives every sample exactly the labels that it announces", () => {
    for (const gauge of CLUSTER_GAUGES) {
      for (const { labels } of samplesOf(gauge.name, {}, "True")) {
        expect(Object.keys(labels)).toEqual(gauge.labelNames);
      }
    }
  });
});

function samplesOf(name: string, metadata: object, provisioned?: "True" | "False") {
  const gauge = CLUSTER_GAUGES.find((each) => each.name === name);
  if (!gauge) throw new Error(`There is no gauge ${name}`);
  const conditions = provisioned
    ? [{ type: "RayClusterProvisioned", status: provisioned, lastTransitionTime: "2026-01-01T00:00:42Z" }]
    : [];
  const cluster = {
    metadata: { ...IDENTITY, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
    status: { conditions },
  };
  return clusterSamples(gauge, [cluster as unknown as RayCluster]);
}
