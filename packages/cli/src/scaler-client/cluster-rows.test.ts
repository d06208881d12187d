import { describe, expect, it } from "vitest";
import { clusterRow } from "./cluster-rows.ts";

describe("clusterRow()", () => {
  it("reads clusters of ray.io", () => {
    const status = { desiredWorkerReplicas: 3, readyWorkerReplicas: 2, state: "ready" };
    const metadata = { namespace: "ns", name: "c" };
    expect(clusterRow({ apiVersion: "ray.io/v1", metadata, status })).toEqual(["ns", "c", "3", "2", "ready"]);
  });

  it("reads clusters of Domino, whose nodes begin with the head", () => {
    const apiVersion = "distributed-compute.dominodatalab.com/v1alpha1";
    const status = { nodes: ["head", "worker-0"], clusterStatus: "Running" };
    const metadata = { namespace: "ns", name: "c" };
    expect(clusterRow({ apiVersion, metadata, spec: { worker: { replicas: 2 } }, status })).toEqual([
      ...["ns", "c", "2", "1", "Running"],
    ]);
  });

  it("leaves blank what a cluster does not say", () => {
    expect(clusterRow({ metadata: { namespace: "ns", name: "c" } })).toEqual(["ns", "c", "", "", ""]);
  });
});
