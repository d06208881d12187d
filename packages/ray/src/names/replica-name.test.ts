import { isLabelValue } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aRayCluster } from "../testing/index.ts";
import { podNames } from "./pod-names.ts";
import { replicaName } from "./replica-name.ts";

describe("replicaName()", () => {
  it("is the group's name with the suffix of the first host", () => {
    expect(replicaName("tpus", "c-tpus-worker-x7k2p")).toBe("tpus-x7k2p");
  });

  it("is a label for every group whose name is one", () => {
    const [pod = ""] = podNames({ cluster: aRayCluster(), group: "g", pods: [], floor: 0, count: 1 });
    const group = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
    fc.assert(
      fc.property(group, (name) => {
        expect(isLabelValue(replicaName(name, pod))).toBe(true);
      }),
    );
  });

  it("needs a pod that was named by us", () => {
    expect(() => replicaName("g", "pod")).toThrow(/^Cannot name a replica/);
  });
});
