import { describe, expect, it } from "vitest";
import type { ClusterUpgradeOptions, RayService, RayServiceSpec } from "../rayservice/types.ts";
import { aRayCluster, type RayClusterTraits } from "../testing/index.ts";
import { validateRayServiceMetadata, validateRayServiceSpec } from "./validate-rayservice.ts";

function aRayService(spec: Partial<RayServiceSpec>, annotations: Record<string, string> = {}): RayService {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayService",
    metadata: { name: "s", namespace: "ns", annotations },
    spec: { rayClusterConfig: aRayCluster().spec, ...spec },
  };
}

function fieldsOf(spec: Partial<RayServiceSpec>): readonly string[] {
  return validateRayServiceSpec(aRayService(spec)).map(({ field }) => field);
}

function onCluster(traits: RayClusterTraits): Partial<RayServiceSpec> {
  return { rayClusterConfig: aRayCluster(traits).spec };
}

const options = { stepSizePercent: 10, intervalSeconds: 5, gatewayClassName: "istio" };
const scaling = onCluster({ enableInTreeAutoscaling: true });

function stepping(change: Partial<ClusterUpgradeOptions> = {}): Partial<RayServiceSpec> {
  const clusterUpgradeOptions = { ...options, ...change };
  return { ...scaling, upgradeStrategy: { type: "NewClusterWithIncrementalUpgrade", clusterUpgradeOptions } };
}

const [cluster, steps] = ["spec.rayClusterConfig", "spec.upgradeStrategy.clusterUpgradeOptions"];

describe("validateRayServiceSpec()", () => {
  it("accepts a plain service, and one that takes over in steps", () => {
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf(stepping())).toEqual([]);
  });

  it.each<[string, Partial<RayServiceSpec>, readonly string[]]>([
    [
      "Kubernetes' tokens",
      onCluster({ rayVersion: "2.55.0", authOptions: { mode: "token", enableK8sTokenAuth: true } }),
      [`${cluster}.authOptions.enableK8sTokenAuth`],
    ],
    [
      "a cluster that is refused",
      onCluster({ workers: [{ minReplicas: -1 }] }),
      [`${cluster}.workerGroupSpecs[0].minReplicas`],
    ],
    [
      "a head service of one name for two clusters",
      onCluster({ head: { headService: { metadata: { name: "mine" } } } }),
      [`${cluster}.headGroupSpec.headService.metadata.name`],
    ],
    [
      "an unknown way to take over",
      { upgradeStrategy: { type: "Slowly" } as unknown as NonNullable<RayServiceSpec["upgradeStrategy"]> },
      ["spec.upgradeStrategy.type"],
    ],
    [
      "a deletion before its time",
      { rayClusterDeletionDelaySeconds: -1 },
      ["spec.rayClusterDeletionDelaySeconds"],
    ],
    [
      "steps without settings",
      { ...scaling, upgradeStrategy: { type: "NewClusterWithIncrementalUpgrade" } },
      [steps],
    ],
    [
      "steps of a cluster that does not grow",
      { ...stepping(), ...onCluster({}) },
      [`${cluster}.enableInTreeAutoscaling`],
    ],
    ["a surge above the whole", stepping({ maxSurgePercent: 101 }), [`${steps}.maxSurgePercent`]],
    [
      "steps above the surge",
      stepping({ stepSizePercent: 50, maxSurgePercent: 20 }),
      [`${steps}.stepSizePercent`],
    ],
    ["steps backwards", stepping({ stepSizePercent: -1 }), [`${steps}.stepSizePercent`]],
    ["steps without a pause", stepping({ intervalSeconds: 0 }), [`${steps}.intervalSeconds`]],
    ["no gateway", stepping({ gatewayClassName: "" }), [`${steps}.gatewayClassName`]],
  ])("refuses %s", (_what, spec, fields) => {
    expect(fieldsOf(spec)).toEqual(fields);
  });
});

describe("validateRayServiceMetadata()", () => {
  it.each([
    ["5m", 0],
    ["1h30m", 0],
    ["300ms", 0],
    ["1.5s", 0],
    ["90", 0],
    ["0", 1],
    ["0s", 1],
    ["-5m", 1],
    ["soon", 1],
    ["5 m", 1],
    ["", 1],
  ])("finds in the timeout %j %i problems", (timeout, count) => {
    const service = aRayService({}, { "ray.io/initializing-timeout": timeout });
    expect(validateRayServiceMetadata(service)).toHaveLength(count);
  });

  it("leaves room for the name of the cluster", () => {
    const named = (name: string) => ({ ...aRayService({}), metadata: { name } });
    expect(validateRayServiceMetadata(named("a".repeat(47)))).toEqual([]);
    expect(validateRayServiceMetadata(named("a".repeat(48)))).toHaveLength(1);
  });
});
