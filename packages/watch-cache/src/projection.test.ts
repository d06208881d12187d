import type { ConfigMap } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectionOf } from "./projection.ts";

const METADATA = { name: "own", namespace: "shared", uid: "own", resourceVersion: "own" } as const;

describe("projectionOf()", () => {
  it("keeps the fields that are named, and nothing else", () => {
    const keep = projectionOf<ConfigMap>({ metadata: METADATA, data: { a: "shared" } });
    expect(keep(configMap({ data: { a: "1", b: "2" } }))).toEqual({
      metadata: { name: "c", namespace: "default", uid: "u", resourceVersion: "1" },
      data: { a: "1" },
    });
  });

  it("takes a name with a star for all that begin so", () => {
    const keep = projectionOf<ConfigMap>({ metadata: { labels: { "ray.io/*": "shared" } } });
    const labels = { "ray.io/cluster": "c", "ray.io/group": "g", app: "x" };
    expect(keep(configMap({ metadata: { name: "c", labels } }))).toEqual({
      metadata: { labels: { "ray.io/cluster": "c", "ray.io/group": "g" } },
    });
  });

  it("looks into each element of a list", () => {
    const keep = projectionOf<ConfigMap>({ metadata: { ownerReferences: { uid: "own" } } });
    const ownerReferences = [
      { apiVersion: "v1", kind: "A", name: "a", uid: "1" },
      { apiVersion: "v1", kind: "B", name: "b", uid: "2" },
    ];
    expect(keep(configMap({ metadata: { name: "c", ownerReferences } }))).toEqual({
      metadata: { ownerReferences: [{ uid: "1" }, { uid: "2" }] },
    });
  });

  it("leaves out elements of which nothing is left", () => {
    const keep = projectionOf<ConfigMap>({ metadata: { ownerReferences: { controller: "own" } } });
    const ownerReferences = [
      { apiVersion: "v1", kind: "A", name: "a", uid: "1" },
      { apiVersion: "v1", kind: "B", name: "b", uid: "2", controller: true },
    ];
    expect(keep(configMap({ metadata: { name: "c", ownerReferences } }))).toEqual({
      metadata: { ownerReferences: [{ controller: true }] },
    });
  });

  it("changes nothing about a field that it keeps whole, and never its object", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("shared" as const, "own" as const), (value, how) => {
        const keep = projectionOf<ConfigMap>({ data: how });
        const given = configMap({ data: value as Record<string, string> });
        const before = structuredClone(given);
        expect(keep(given).data).toEqual(value);
        expect(given).toEqual(before);
      }),
    );
  });
});

function configMap(parts: Partial<ConfigMap>): ConfigMap {
  const metadata = { name: "c", namespace: "default", uid: "u", resourceVersion: "1" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, ...parts };
}
