import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RayCluster } from "../raycluster/types.ts";
import { describeGolden } from "../testing/golden.ts";
import { aRayCluster } from "../testing/index.ts";
import { headIngress, wantsIngress } from "./head-ingress.ts";
import { headRoute } from "./head-route.ts";
import { networkPolicies } from "./network-policies.ts";

describeGolden(join(import.meta.dirname, "testdata"), (cluster: RayCluster) => [
  ...(wantsIngress(cluster) ? [headIngress(cluster), headRoute(cluster)] : []),
  ...networkPolicies(cluster),
]);

describe("networkPolicies()", () => {
  it("shuts nothing that nobody asked to shut", () => {
    expect(networkPolicies(aRayCluster())).toEqual([]);
  });

  it("says nothing of a direction that stays open", () => {
    const [head] = networkPolicies(aRayCluster({ networkPolicy: { mode: "DenyAllEgress" } }));
    expect(head?.spec).toMatchObject({ policyTypes: ["Egress"] });
    expect(head?.spec).not.toHaveProperty("ingress");
  });
});
