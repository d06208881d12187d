import type { Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { projection } from "./projection.ts";

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "p",
    namespace: "n",
    uid: "u",
    resourceVersion: "7",
    labels: { a: "b" },
    annotations: { c: "d" },
  },
  spec: {
    nodeName: "node",
    containers: [
      { name: "main", image: "x", env: [] },
      { name: "side", image: "y" },
    ],
  },
  status: { phase: "Running", podIP: "10.0.0.1" },
} as Pod;

describe("projection()", () => {
  it("always keeps who an object is", () => {
    expect(projection<Pod>([])(POD)).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "n", uid: "u", resourceVersion: "7" },
    });
  });

  it("keeps the fields that it is told, also of the items of lists", () => {
    const keep = projection<Pod>(["metadata.labels", "spec.containers.name", "status"]);
    expect(keep(POD)).toMatchObject({
      metadata: { labels: { a: "b" } },
      spec: { containers: [{ name: "main" }, { name: "side" }] },
      status: { phase: "Running", podIP: "10.0.0.1" },
    });
    expect(keep(POD).spec).toEqual({ containers: [{ name: "main" }, { name: "side" }] });
    expect(keep(POD).metadata).not.toHaveProperty("annotations");
  });

  it("keeps a field whose name has dots", () => {
    const annotations = { "ray.io/hash": "h", "cni.io/status": "long" };
    const keep = projection<Pod>([["metadata", "annotations", "ray.io/hash"]]);
    expect(keep({ ...POD, metadata: { ...POD.metadata, annotations } }).metadata.annotations).toEqual({
      "ray.io/hash": "h",
    });
  });

  it("makes nothing of fields that are not there", () => {
    expect(projection<Pod>(["spec.hostname", "status.hostIP"])(POD)).toMatchObject({ spec: {}, status: {} });
  });
});
