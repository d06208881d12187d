import type { KubeObject } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { isAsWanted } from "./as-wanted.ts";

const WANTED = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", labels: { ours: "1" }, ownerReferences: [{ uid: "us" }] },
  spec: { selector: { a: "b" }, ports: [{ name: "x", port: 1 }] },
};

describe("isAsWanted()", () => {
  it.each<[string, object]>([
    [
      "defaults",
      { spec: { ...WANTED.spec, ports: [{ name: "x", port: 1, protocol: "TCP" }], type: "ClusterIP" } },
    ],
    ["labels of others", { metadata: { ...WANTED.metadata, labels: { ours: "1", theirs: "2" } } }],
    [
      "owners beside us",
      { metadata: { ...WANTED.metadata, ownerReferences: [{ uid: "them" }, { uid: "us" }] } },
    ],
    [
      "ports of others",
      {
        spec: {
          ...WANTED.spec,
          ports: [
            { name: "y", port: 2 },
            { name: "x", port: 1 },
          ],
        },
      },
    ],
  ])("overlooks %s", (_, change) => {
    expect(isAsWanted(live(change), WANTED)).toBe(true);
  });

  it.each<[string, object]>([
    ["another value", { spec: { ...WANTED.spec, selector: { a: "c" } } }],
    ["a missing field", { spec: { ports: WANTED.spec.ports } }],
    ["a missing port", { spec: { ...WANTED.spec, ports: [] } }],
    ["a missing label", { metadata: { name: "s", ownerReferences: [{ uid: "us" }] } }],
  ])("sees %s", (_, change) => {
    expect(isAsWanted(live(change), WANTED)).toBe(false);
  });

  it("compares the lists of other kinds whole and in order", () => {
    const role = {
      apiVersion: "v1",
      kind: "Role",
      metadata: { name: "r" },
      rules: [{ verbs: ["get", "list"] }],
    };
    expect(isAsWanted(role, role)).toBe(true);
    expect(isAsWanted({ ...role, rules: [...role.rules, { verbs: ["*"] }] } as KubeObject, role)).toBe(false);
    expect(isAsWanted({ ...role, rules: [{ verbs: ["list", "get"] }] } as KubeObject, role)).toBe(false);
  });
});

function live(change: object): KubeObject {
  return { ...WANTED, ...change } as unknown as KubeObject;
}
