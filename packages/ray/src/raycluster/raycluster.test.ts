import { describe, expect, it } from "vitest";
import { aRayCluster, aRayContainer, aWorkerGroup, type RayClusterTraits } from "../testing/index.ts";
import { completeGroup, MAX_INT32 } from "./defaults.ts";
import { desiredResources } from "./desired-resources.ts";
import { desiredPods, desiredReplicas, desiredWorkers } from "./desired-workers.ts";
import { isRayAtLeast } from "./ray-version.ts";
import { groupSpecHash, headSpecHash, specHash } from "./spec-hash.ts";
import type { WorkerGroupSpec } from "./types.ts";

describe("completeGroup()", () => {
  it("knows resources by both of their names", () => {
    expect(completeGroup({ rayResources: { CPU: 2 } }).resources).toEqual({ CPU: "2" });
    expect(completeGroup({ resources: { CPU: "1" } }).resources).toEqual({ CPU: "1" });
  });
});

describe("desiredWorkers()", () => {
  it.each([
    [{ replicas: 3 }, 3],
    [{ replicas: 1, minReplicas: 2 }, 2],
    [{ replicas: 99, maxReplicas: 4 }, 4],
    [{ replicas: 3, suspend: true }, 0],
  ])("keeps the replicas of %j within their bounds", (traits, replicas) => {
    expect(desiredReplicas(aWorkerGroup(traits))).toBe(replicas);
  });

  it("takes the minimum where no number is given", () => {
    const { replicas: _, ...group } = aWorkerGroup({ minReplicas: 2 });
    expect(desiredReplicas(group)).toBe(2);
  });

  it("counts every host of a replica", () => {
    expect(desiredPods(aWorkerGroup({ replicas: 2, numOfHosts: 4 }))).toBe(8);
  });

  it("adds the groups that are not suspended, and stops at what an int32 holds", () => {
    const workers = [
      { replicas: 1, minReplicas: 1, maxReplicas: MAX_INT32 },
      { numOfHosts: 2 },
      { suspend: true },
    ];
    expect(desiredWorkers(aRayCluster({ workers }))).toEqual({ desired: 5, min: 1, max: MAX_INT32 });
  });
});

describe("desiredResources()", () => {
  function podOf(resources: object) {
    return { spec: { containers: [aRayContainer({ resources })] } };
  }

  it("adds head and desired workers, requests before limits", () => {
    const cluster = aRayCluster({
      head: { template: podOf({ limits: { cpu: "1", memory: "5Gi" }, requests: { cpu: "500m" } }) },
      workers: [
        { replicas: 2, template: podOf({ limits: { cpu: "1", memory: "1Gi", "nvidia.com/gpu": "1" } }) },
      ],
    });
    expect(desiredResources(cluster)).toEqual({
      desiredCPU: "2500m",
      desiredMemory: "7Gi",
      desiredGPU: "2",
      desiredTPU: "0",
    });
  });

  it("counts slices of GPUs, TPUs and only as many replicas as the bounds allow", () => {
    const limits = { "nvidia.com/mig-1g.5gb": 2, "google.com/tpu": 4 };
    const workers = [{ replicas: 50, maxReplicas: 3, template: podOf({ limits }) }];
    expect(desiredResources(aRayCluster({ workers }))).toMatchObject({ desiredGPU: "6", desiredTPU: "12" });
  });

  it("says zero where nothing is asked for", () => {
    const none = aRayCluster({ head: { template: podOf({}) }, workers: [] });
    expect(new Set(Object.values(desiredResources(none)))).toEqual(new Set(["0"]));
  });
});

describe("specHash()", () => {
  const { spec } = aRayCluster();

  it("has KubeRay's form", () => {
    expect(specHash(spec)).toMatch(/^[0-9A-V]{32}$/);
  });

  it("stays when what scales, schedules or upgrades changes", () => {
    const [group = aWorkerGroup()] = spec.workerGroupSpecs ?? [];
    const podSpec = { ...group.template.spec, containers: group.template.spec?.containers ?? [] };
    const tolerant = {
      ...podSpec,
      tolerations: [{ operator: "Exists" }],
      schedulingGates: [{ name: "wait" }],
    };
    const scaled = {
      ...group,
      replicas: 7,
      minReplicas: 1,
      maxReplicas: 9,
      scaleStrategy: { workersToDelete: ["x"] },
      template: { ...group.template, spec: tolerant },
    };
    const changed = { ...spec, upgradeStrategy: { type: "Recreate" as const }, workerGroupSpecs: [scaled] };
    expect(specHash(changed)).toBe(specHash(spec));
  });

  it("stays when empty maps are written out", () => {
    const [group = aWorkerGroup()] = spec.workerGroupSpecs ?? [];
    const headGroupSpec = { ...spec.headGroupSpec, rayStartParams: {}, labels: {} };
    const workerGroupSpecs = [{ ...group, rayStartParams: {}, resources: {} }];
    expect(specHash({ ...spec, headGroupSpec, workerGroupSpecs })).toBe(specHash(spec));
  });

  it("stays when only the order of keys changes", () => {
    const reversed = Object.fromEntries(Object.entries(spec).reverse());
    expect(specHash({ ...spec, ...reversed })).toBe(specHash(spec));
  });

  it.each([{ rayVersion: "2.53.0" }, { suspend: true }, { workerGroupSpecs: [] }])(
    "moves with %j",
    (change) => {
      expect(specHash({ ...spec, ...change })).not.toBe(specHash(spec));
    },
  );
});

describe("groupSpecHash()", () => {
  function hashOf(traits: Partial<WorkerGroupSpec>, cluster: RayClusterTraits = {}): string {
    return groupSpecHash(aRayCluster(cluster), aWorkerGroup(traits));
  }

  it.each<[string, Partial<WorkerGroupSpec>]>([
    ["the group scales", { replicas: 7, minReplicas: 1, maxReplicas: 9, suspend: true }],
    ["the autoscaler is told something", { idleTimeoutSeconds: 3, priority: 2 }],
    ["pods are named", { scaleStrategy: { workersToDelete: ["x"] } }],
    ["maps are written out", { rayStartParams: {}, labels: {}, resources: {} }],
  ])("stays when %s", (_what, traits) => {
    expect(hashOf(traits)).toBe(hashOf({}));
  });

  it("stays when another group or the head's own pod changes", () => {
    const other = { workers: [{}, { groupName: "others" }], head: { rayStartParams: { "num-cpus": "0" } } };
    expect(hashOf({}, other)).toBe(hashOf({}));
  });

  it("takes resources by either name", () => {
    expect(hashOf({ resources: { CPU: "2" } })).toBe(hashOf({ rayResources: { CPU: 2 } }));
  });

  it.each<[string, Partial<WorkerGroupSpec>, RayClusterTraits]>([
    ["its template", { template: { spec: { containers: [aRayContainer({ image: "other" })] } } }, {}],
    ["its parameters", { rayStartParams: { "num-cpus": "1" } }, {}],
    ["its hosts", { numOfHosts: 2 }, {}],
    ["Ray's version", {}, { rayVersion: "2.53.0" }],
    ["tokens", {}, { authOptions: { mode: "token" } }],
    ["fault tolerance", {}, { gcsFaultToleranceOptions: {} }],
    ["the head's port", {}, { head: { rayStartParams: { port: "7000" } } }],
    [
      "the autoscaler's generation",
      {},
      { enableInTreeAutoscaling: true, autoscalerOptions: { version: "v2" } },
    ],
  ])("moves with %s", (_what, traits, cluster) => {
    expect(hashOf(traits, cluster)).not.toBe(hashOf({}));
  });
});

describe("headSpecHash()", () => {
  const hashOf = (traits: RayClusterTraits = {}) => headSpecHash(aRayCluster(traits));

  it("stays when workers change, and when the autoscaler reads the change itself", () => {
    expect(hashOf({ workers: [] })).toBe(hashOf());
    const scaling = { enableInTreeAutoscaling: true };
    expect(hashOf({ ...scaling, autoscalerOptions: { idleTimeoutSeconds: 9 } })).toBe(hashOf(scaling));
  });

  it("moves with the autoscaler's container and with the place of the state", () => {
    const scaling = { enableInTreeAutoscaling: true };
    expect(hashOf({ ...scaling, autoscalerOptions: { image: "other" } })).not.toBe(hashOf(scaling));
    const [one, other] = ["a:1", "b:1"].map((redisAddress) =>
      hashOf({ gcsFaultToleranceOptions: { redisAddress } }),
    );
    expect(one).not.toBe(other);
  });
});

describe("isRayAtLeast()", () => {
  it.each([
    ["2.53.0", true],
    ["v2.53", true],
    ["2.53.0rc1", true],
    ["3.0", true],
    ["2.52.9", false],
    ["2.9.0", false],
    ["nightly", undefined],
    ["2", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j as Kubernetes reads versions", (version, expected) => {
    expect(isRayAtLeast(version, "2.53.0")).toBe(expected);
  });
});
