import { describe, expect, it } from "vitest";
import { aRayCluster, aRayContainer, type RayClusterTraits } from "../testing/index.ts";
import { rayClusterWarnings } from "./raycluster-warnings.ts";
import { validateRayClusterSpec } from "./validate-raycluster.ts";

const group = "spec.workerGroupSpecs[0]";
const dns = { egressRules: [{ ports: [{ port: 53, protocol: "UDP" }] }] };

describe("rayClusterWarnings()", () => {
  it.each<[string, RayClusterTraits]>([
    ["a plain cluster", {}],
    [
      "a scaling cluster with resources",
      { enableInTreeAutoscaling: true, workers: [{ resources: { a: "1" } }] },
    ],
    ["rayResources without autoscaling", { workers: [{ rayResources: { a: 1 } }] }],
    ["a policy that lets DNS out", { networkPolicy: { head: dns, worker: dns } }],
    [
      "an autoscaler that reaches Kubernetes",
      {
        enableInTreeAutoscaling: true,
        networkPolicy: {
          head: { egressRules: [...dns.egressRules, { ports: [{ port: 6443 }] }] },
          worker: dns,
        },
      },
    ],
    ["a policy that lets everything out", { networkPolicy: { mode: "DenyAllIngress" } }],
    [
      "a policy that lets a range of ports out",
      { networkPolicy: { head: { egressRules: [{ ports: [{ port: 1, endPort: 99 }] }] }, worker: dns } },
    ],
  ])("says nothing of %s", (_what, traits) => {
    expect(rayClusterWarnings(aRayCluster(traits))).toEqual([]);
  });

  it.each<[string, RayClusterTraits, readonly string[]]>([
    [
      "workers that restart under autoscaler v1",
      {
        enableInTreeAutoscaling: true,
        autoscalerOptions: { version: "v1" },
        workers: [{ template: { spec: { containers: [aRayContainer()], restartPolicy: "Always" } } }],
      },
      [`${group}.template.spec.restartPolicy`],
    ],
    [
      "rayResources under autoscaling",
      { enableInTreeAutoscaling: true, workers: [{ rayResources: { a: 1 } }] },
      [`${group}.rayResources`],
    ],
    ["more replicas than the maximum", { workers: [{ replicas: 11 }] }, [`${group}.replicas`]],
    ["tokens without a mode", { authOptions: { secretName: "s" } }, ["spec.authOptions.mode"]],
    [
      "an autoscaler that does not reach Kubernetes",
      { enableInTreeAutoscaling: true, networkPolicy: { head: dns, worker: dns } },
      ["spec.networkPolicy.head.egressRules"],
    ],
    [
      "pods that reach nothing",
      { networkPolicy: { worker: dns, workerGroups: [{ groupName: "workers" }] } },
      ["spec.networkPolicy.head.egressRules", "spec.networkPolicy.workerGroups[0].egressRules"],
    ],
  ])("warns of %s, which is allowed", (_what, traits, fields) => {
    const cluster = aRayCluster(traits);
    expect(rayClusterWarnings(cluster).map(({ field }) => field)).toEqual(fields);
    expect(validateRayClusterSpec(cluster)).toEqual([]);
  });
});
