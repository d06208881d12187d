import { isDns1035Label } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aRayCluster, aRayContainer } from "../testing/index.ts";
import {
  authSecretName,
  autoscalerServiceAccountName,
  headlessWorkerServiceName,
  headServiceFqdn,
  headServiceName,
  MAX_CLUSTER_NAME_LENGTH,
  serveServiceName,
} from "./cluster-names.ts";

describe("names of services", () => {
  it("are valid for every name that a cluster may have", () => {
    const names = fc.stringMatching(/^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/);
    fc.assert(
      fc.property(names, (name) => {
        const cluster = aRayCluster({ metadata: { name: name.slice(0, MAX_CLUSTER_NAME_LENGTH) } });
        for (const nameOf of [headServiceName, serveServiceName, headlessWorkerServiceName]) {
          expect(isDns1035Label(nameOf(cluster))).toBe(true);
        }
      }),
    );
  });

  it("give way to the user's own head service", () => {
    const cluster = aRayCluster({ head: { headService: { metadata: { name: "mine" } } } });
    expect(headServiceFqdn(cluster)).toBe("mine.ns.svc.cluster.local");
    expect(headServiceFqdn(aRayCluster(), "example.org")).toBe("c-head-svc.ns.svc.example.org");
  });
});

describe("names of accounts and secrets", () => {
  it("are the user's, or the cluster's within 50 characters", () => {
    const long = aRayCluster({ metadata: { name: `x${"y".repeat(52)}` } });
    const spec = { containers: [aRayContainer()], serviceAccountName: "mine" };
    expect(autoscalerServiceAccountName(aRayCluster({ head: { template: { spec } } }))).toBe("mine");
    expect(autoscalerServiceAccountName(long)).toBe("y".repeat(50));
    expect(authSecretName(long)).toBe("y".repeat(50));
    expect(authSecretName(aRayCluster({ authOptions: { secretName: "mine" } }))).toBe("mine");
  });
});
