import { describe, expect, it } from "vitest";
import type { RayCluster } from "../raycluster/types.ts";
import { BROKEN_SPECS } from "../testing/broken-specs.ts";
import { aRayCluster } from "../testing/index.ts";
import { SpecError } from "./spec-error.ts";
import {
  validateRayClusterMetadata,
  validateRayClusterSpec,
  validateRayClusterStatus,
} from "./validate-raycluster.ts";

function fieldsOf(cluster: RayCluster): readonly string[] {
  return validateRayClusterSpec(cluster).map(({ field }) => field);
}

const noContainer = { template: { spec: { containers: [] } } };
const [head, group] = ["spec.headGroupSpec", "spec.workerGroupSpecs[0]"];
const scaling = { enableInTreeAutoscaling: true, autoscalerOptions: { version: "v2" as const } };

describe("validateRayClusterSpec()", () => {
  it("accepts a plain cluster", () => {
    expect(validateRayClusterSpec(aRayCluster())).toEqual([]);
    expect(validateRayClusterSpec(aRayCluster({ workers: [] }))).toEqual([]);
  });

  it.each(BROKEN_SPECS)("refuses %s", (_what, traits, fields) => {
    expect(fieldsOf(aRayCluster(traits))).toEqual(fields);
  });

  it("wants bounds only of clusters that do not scale themselves", () => {
    const {
      minReplicas: _min,
      maxReplicas: _max,
      ...unbounded
    } = aRayCluster().spec.workerGroupSpecs?.[0] ?? {};
    const { spec, ...rest } = aRayCluster();
    const cluster = { ...rest, spec: { ...spec, workerGroupSpecs: [unbounded] } } as RayCluster;
    expect(fieldsOf(cluster)).toEqual([`${group}.minReplicas`, `${group}.maxReplicas`]);
    expect(fieldsOf({ ...cluster, spec: { ...cluster.spec, ...scaling } })).toEqual([]);
  });

  it("accepts replicas without hosts, which make no pods", () => {
    expect(fieldsOf(aRayCluster({ workers: [{ numOfHosts: 0 }] }))).toEqual([]);
  });

  it("tells all problems at once, KubeRay's first one first", () => {
    const cluster = aRayCluster({
      head: noContainer,
      workers: [{ minReplicas: -1 }],
      tlsOptions: { enabled: true },
    });
    expect(fieldsOf(cluster)).toEqual([
      `${head}.template.spec.containers`,
      `${group}.minReplicas`,
      "spec.tlsOptions.enabled",
    ]);
  });
});

describe("validateRayClusterMetadata()", () => {
  it.each([
    ["demo", 0],
    ["a".repeat(53), 0],
    ["a".repeat(54), 1],
    ["1demo", 1],
    ["Demo", 1],
    ["demo-", 1],
    ["de.mo", 1],
  ])("finds in %j %i problems", (name, count) => {
    expect(validateRayClusterMetadata(aRayCluster({ metadata: { name } }))).toHaveLength(count);
  });
});

describe("validateRayClusterStatus()", () => {
  const condition = (type: string) => ({ type, status: "True" as const, reason: "r", message: "" });

  it("refuses a cluster that is suspending and suspended", () => {
    const [one, other] = [condition("RayClusterSuspending"), condition("RayClusterSuspended")];
    expect(validateRayClusterStatus(aRayCluster({ status: { conditions: [one, other] } }))).toHaveLength(1);
    expect(validateRayClusterStatus(aRayCluster({ status: { conditions: [one] } }))).toEqual([]);
  });
});

describe("SpecError", () => {
  it("says in one line what is wrong and where", () => {
    const problems = validateRayClusterSpec(aRayCluster({ workers: [{ minReplicas: 3, maxReplicas: 2 }] }));
    expect(new SpecError("RayCluster", "c", problems).message).toBe(
      'Cannot accept RayCluster "c": spec.workerGroupSpecs[0].minReplicas must not exceed maxReplicas, but is 3 and maxReplicas is 2',
    );
  });
});
