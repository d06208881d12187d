import { describe, expect, it } from "vitest";
import { networkPolicies } from "../network/network-policies.ts";
import { aRayCluster, aRayContainer, type RayClusterTraits } from "../testing/index.ts";
import { validateRayClusterSpec } from "../validation/validate-raycluster.ts";
import { withSecureDefaults } from "./secure-defaults.ts";

const rayVersion = "2.53.0";

/** Ports that the secured head lets in from outside, one list a rule. */
function openPorts(traits: RayClusterTraits, operatorNamespace?: string) {
  const { spec } = withSecureDefaults(
    aRayCluster(traits),
    operatorNamespace === undefined ? {} : { operatorNamespace },
  );
  return (spec.networkPolicy?.head?.ingressRules ?? []).map(({ ports = [] }) =>
    ports.map(({ port }) => port),
  );
}

describe("withSecureDefaults()", () => {
  it("asks for tokens and shuts the pods off where the spec says nothing", () => {
    const cluster = withSecureDefaults(aRayCluster({ rayVersion }));
    expect(cluster.spec.authOptions).toEqual({ mode: "token" });
    expect(networkPolicies(cluster).map(({ spec }) => [spec?.policyTypes, spec?.ingress])).toEqual(
      ["head", "worker"].map(() => [
        ["Ingress"],
        [{ from: [{ podSelector: { matchLabels: { "ray.io/cluster": "c" } } }] }],
      ]),
    );
    expect(validateRayClusterSpec(cluster)).toEqual([]);
  });

  it("leaves what the spec says", () => {
    const said = { authOptions: { mode: "disabled" }, networkPolicy: { mode: "DenyAllEgress" } } as const;
    expect(withSecureDefaults(aRayCluster(said)).spec).toMatchObject(said);
  });

  it.each<[string, RayClusterTraits]>([
    ["knows none", { rayVersion: "2.51.0" }],
    ["is not told its version", {}],
    [
      "is told by the user's variables",
      {
        rayVersion,
        head: {
          template: {
            spec: { containers: [aRayContainer({ env: [{ name: "RAY_AUTH_MODE", value: "token" }] })] },
          },
        },
      },
    ],
  ])("asks for no tokens where Ray %s", (_why, traits) => {
    expect(withSecureDefaults(aRayCluster(traits)).spec).not.toHaveProperty("authOptions");
  });

  it("lets in what the same spec publishes", () => {
    expect(openPorts({})).toEqual([]);
    expect(openPorts({ head: { enableIngress: true } })).toEqual([[8265]]);
    expect(openPorts({ head: { serviceType: "NodePort" } })).toEqual([[10001, 8265, 6379, 8080, 8000]]);
    expect(openPorts({ metadata: { annotations: { "ray.io/enable-serve-service": "true" } } })).toEqual([
      [8000],
    ]);
    expect(openPorts({ metadata: { labels: { "ray.io/originated-from-crd": "RayService" } } })).toEqual([
      [8000],
    ]);
  });

  it("lets the operator ask the dashboard, wherever that listens", () => {
    expect(openPorts({ head: { rayStartParams: { "dashboard-port": "9265" } } }, "operators")).toEqual([
      [9265],
    ]);
  });

  it("does the same when it is done twice", () => {
    const once = withSecureDefaults(aRayCluster({ rayVersion }));
    expect(withSecureDefaults(once)).toEqual(once);
  });
});
