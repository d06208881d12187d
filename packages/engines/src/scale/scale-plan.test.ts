import { applyJsonPatch, type Json, type JsonPatchOperation, type KubeObject } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KindDriver, RelatedObjects } from "../drivers/kind-driver.ts";
import { driver, stored } from "../testing/clusters.ts";
import { isScaleRefusal, planScale, type ScalePlan, type ScaleRefusal } from "./scale-plan.ts";
import { SCALE_MODES, type ScaleRequest } from "./scale-request.ts";

const DOMINO = driver("rayclusters.distributed-compute.dominodatalab.com");
const RAY_IO = driver("rayclusters.ray.io");
const DASK = driver("daskclusters.kubernetes.dask.org");
const GROUPS = driver("daskworkergroups.kubernetes.dask.org");

interface Scene {
  readonly driver: KindDriver;
  readonly object: KubeObject;
  readonly autoscaler?: KubeObject;
}

function domino(replicas: number, autoscaling?: Json): Scene {
  const spec = {
    worker: { replicas, labels: { a: "b" } },
    ...(autoscaling !== undefined && { autoscaling }),
  };
  return { driver: DOMINO, object: stored(DOMINO, spec) };
}

function rayIo(groups: readonly Json[], isFollowed = false): Scene {
  return {
    driver: RAY_IO,
    object: stored(RAY_IO, { enableInTreeAutoscaling: isFollowed, workerGroupSpecs: groups }),
  };
}

function dask(replicas: number, bounds?: { minimum: number; maximum: number }): Scene {
  const object = stored(DASK, { worker: { replicas, spec: {} } });
  if (!bounds) return { driver: DASK, object };
  const metadata = { name: "demo", namespace: "team", uid: "u-2", resourceVersion: "8" };
  const autoscaler = {
    apiVersion: "kubernetes.dask.org/v1",
    kind: "DaskAutoscaler",
    metadata,
    spec: { cluster: "demo", ...bounds },
  } as unknown as KubeObject;
  return { driver: DASK, object, autoscaler };
}

function viewOf({ driver: { scaleView }, object, autoscaler }: Scene) {
  const related: RelatedObjects = autoscaler ? { daskautoscalers: [autoscaler] } : {};
  return scaleView(object, related);
}

function plan(scene: Scene, request: Partial<ScaleRequest>): ScalePlan | ScaleRefusal {
  return planScale({ replicas: 1, mode: "floor", ...request }, viewOf(scene));
}

/** What an API makes of the plan. */
function carriedOut(scene: Scene, { writes }: ScalePlan): Scene {
  let { object, autoscaler } = scene;
  for (const write of writes) {
    if (write.do === "delete") autoscaler = undefined;
    else if (write.object.uid === object.metadata.uid) object = patched(object, write.operations);
    else if (autoscaler) autoscaler = patched(autoscaler, write.operations);
  }
  return { driver: scene.driver, object, ...(autoscaler && { autoscaler }) };
}

function patched(object: KubeObject, operations: readonly JsonPatchOperation[]): KubeObject {
  return applyJsonPatch(object as unknown as Json, operations) as unknown as KubeObject;
}

function planned(scene: Scene, request: Partial<ScaleRequest>): ScalePlan {
  const result = plan(scene, request);
  if (isScaleRefusal(result)) throw new Error(result.message);
  return result;
}

function after(scene: Scene, request: Partial<ScaleRequest>): unknown {
  return (carriedOut(scene, planned(scene, request)).object as { spec?: unknown }).spec;
}

describe("planScale()", () => {
  it("tests uid and resourceVersion before it writes anything", () => {
    const [write] = planned(domino(1, { minReplicas: 1, maxReplicas: 5 }), { replicas: 3 }).writes;
    expect(write).toMatchObject({
      do: "patch",
      operations: [
        { op: "test", path: "/metadata/uid", value: "u-1" },
        { op: "test", path: "/metadata/resourceVersion", value: "7" },
        { op: "add", path: "/spec/autoscaling/minReplicas", value: 3 },
        { op: "add", path: "/spec/worker/replicas", value: 3 },
      ],
    });
  });

  it.each<[string, Partial<ScaleRequest>, readonly number[]]>([
    ["a floor moves minimum and number", { replicas: 3, mode: "floor" }, [3, 5, 3]],
    ["a floor stops at the ceiling", { replicas: 9, mode: "floor" }, [5, 5, 5]],
    ["a raised ceiling has one to spare", { replicas: 9, mode: "floor", raisesCeiling: true }, [9, 10, 9]],
    ["a ceiling that is high enough stays", { replicas: 3, mode: "floor", raisesCeiling: true }, [3, 5, 3]],
    ["a limit holds even then", { replicas: 9, mode: "floor", raisesCeiling: true, limit: 7 }, [7, 7, 7]],
    ["a set moves the number only", { replicas: 4, mode: "set" }, [2, 5, 4]],
    ["a pin leaves no room", { replicas: 4, mode: "pin" }, [4, 4, 4]],
    ["zero keeps the bounds, whatever the mode", { replicas: 0, mode: "floor" }, [2, 5, 0]],
    ["zero keeps the bounds of a pin", { replicas: 0, mode: "pin" }, [2, 5, 0]],
    ["zero keeps a ceiling that may rise", { replicas: 0, raisesCeiling: true }, [2, 5, 0]],
  ])("Domino: %s", (_, request, [minReplicas, maxReplicas, replicas]) => {
    expect(after(domino(2, { minReplicas: 2, maxReplicas: 5 }), request)).toEqual({
      autoscaling: { minReplicas, maxReplicas },
      worker: { replicas, labels: { a: "b" } },
    });
  });

  it("warns that zero pauses autoscaling, and that a set may not last", () => {
    const scene = domino(2, { minReplicas: 2, maxReplicas: 5 });
    const codes = (request: Partial<ScaleRequest>) =>
      planned(scene, request).warnings.map(({ code }) => code);
    expect(codes({ replicas: 0 })).toEqual(["autoscaling_paused"]);
    expect(codes({ replicas: 1, mode: "set" })).toEqual(["below_minimum", "autoscaler_may_change_replicas"]);
    expect(codes({ replicas: 3, mode: "floor" })).toEqual([]);
  });

  it("gives the ceiling back when a pin goes, however it is put", () => {
    for (const mode of ["floor", "set"] as const) {
      const scene = domino(2, { minReplicas: 2, maxReplicas: 5 });
      const pinned = carriedOut(scene, planned(scene, { replicas: 3, mode: "pin" }));
      const repinned = carriedOut(pinned, planned(pinned, { replicas: 4, mode: "pin" }));
      const freed = carriedOut(repinned, planned(repinned, { replicas: 9, mode }));
      expect(freed.object).toMatchObject({ spec: { autoscaling: { maxReplicas: 5 } } });
      expect(freed.object.metadata.annotations).toEqual({});
    }
  });

  it("takes no ceiling from an annotation that nobody pinned by", () => {
    const scene = domino(2, { minReplicas: 2, maxReplicas: 5 });
    const annotations = { "heliostat.dev/ceiling": '{"worker":1000}' };
    const object = { ...scene.object, metadata: { ...scene.object.metadata, annotations } };
    expect(planned({ ...scene, object }, { replicas: 9 })).toMatchObject({
      effective: 5,
      isCapped: true,
      max: 5,
    });
    for (const text of ["{", "null", "[]", '{"worker":-1}', '{"__proto__":{"worker":9}}']) {
      const odd = {
        ...scene.object,
        metadata: { ...scene.object.metadata, annotations: { "heliostat.dev/ceiling": text } },
      };
      expect(planned({ ...scene, object: odd }, { replicas: 9 })).toMatchObject({ effective: 5 });
    }
  });

  it("scales what has no autoscaling, and writes no number that nobody reads", () => {
    expect(after(domino(1), { replicas: 4 })).toMatchObject({ worker: { replicas: 4 } });
    const bare = { driver: DOMINO, object: stored(DOMINO, { autoscaling: { maxReplicas: 3 } }) };
    expect(after(bare, { replicas: 2 })).toEqual({ autoscaling: { maxReplicas: 3, minReplicas: 2 } });
  });

  it("refuses a ceiling that is none, unless it is about to be set", () => {
    for (const maxReplicas of [null, "5", 0, -1, 1.5]) {
      const scene = domino(1, { maxReplicas });
      expect(plan(scene, { replicas: 2 })).toEqual({
        refusal: "invalid_autoscaling",
        message: "autoscaling.maxReplicas is missing or invalid",
      });
      expect(after(scene, { replicas: 2, raisesCeiling: true })).toMatchObject({
        autoscaling: { maxReplicas: 3 },
      });
    }
  });

  it("ray.io: finds the group by name, guards its place, and asks which one when there are several", () => {
    const scene = rayIo([
      { groupName: "small", replicas: 1, minReplicas: 0, maxReplicas: 4 },
      { groupName: "big", replicas: 1, minReplicas: 1, maxReplicas: 2 },
    ]);
    expect(plan(scene, { replicas: 2 })).toMatchObject({
      refusal: "group_required",
      message: "Cannot scale demo: name its group, one of: small, big",
    });
    expect(plan(scene, { group: "other" })).toMatchObject({ refusal: "unknown_group" });
    const { writes, effective } = planned(scene, { replicas: 3, group: "big", mode: "set" });
    expect(effective).toBe(2);
    expect(writes[0]).toMatchObject({
      operations: [
        { path: "/metadata/uid" },
        { path: "/metadata/resourceVersion" },
        { op: "test", path: "/spec/workerGroupSpecs/1/groupName", value: "big" },
        { op: "add", path: "/spec/workerGroupSpecs/1/replicas", value: 2 },
      ],
    });
  });

  it("ray.io: an autoscaler lets workers go itself, and a minimum is never undercut", () => {
    const group = { groupName: "g", replicas: 4, minReplicas: 1, maxReplicas: 9 };
    const floor = { replicas: 2, mode: "floor" } as const;
    expect(after(rayIo([group], true), floor)).toMatchObject({
      workerGroupSpecs: [{ minReplicas: 2, replicas: 4 }],
    });
    expect(planned(rayIo([group], true), floor).warnings).toMatchObject([{ code: "shrinks_when_idle" }]);
    expect(after(rayIo([group]), floor)).toMatchObject({
      workerGroupSpecs: [{ minReplicas: 2, replicas: 2 }],
    });
    const set = planned(rayIo([group]), { replicas: 0, mode: "set" });
    expect(set).toMatchObject({ effective: 1, warnings: [{ code: "raised_to_minimum" }] });
    expect(after(rayIo([group]), { replicas: 0, mode: "floor" })).toMatchObject({
      workerGroupSpecs: [{ minReplicas: 0, replicas: 0 }],
    });
  });

  it("dask.org: an autoscaler owns the number until it is asked to go", () => {
    const scene = dask(2, { minimum: 1, maximum: 5 });
    expect(plan(scene, { replicas: 3, mode: "set" })).toMatchObject({ refusal: "autoscaler_owns_replicas" });
    const taken = carriedOut(scene, planned(scene, { replicas: 7, mode: "set", takesOver: true }));
    expect(taken.autoscaler).toBeUndefined();
    expect(taken.object).toMatchObject({ spec: { worker: { replicas: 7 } } });
    const floored = carriedOut(scene, planned(scene, { replicas: 9 }));
    expect(floored.autoscaler).toMatchObject({ spec: { minimum: 5, maximum: 5 } });
    expect(floored.object).toMatchObject({ spec: { worker: { replicas: 5 } } });
    expect(planned(scene, { replicas: 3 }).writes.map(({ object }) => object.uid)).toEqual(["u-2", "u-1"]);
  });

  it("dask.org: a worker group of its own is scaled by itself", () => {
    const object = stored(GROUPS, { cluster: "demo", worker: { replicas: 1 } }, { name: "demo-big" });
    expect(after({ driver: GROUPS, object }, { replicas: 4 })).toMatchObject({ worker: { replicas: 4 } });
  });

  it("leaves what it is told to leave, in the same write", () => {
    const scene = domino(1);
    const { object } = carriedOut(scene, planned(scene, { replicas: 1, annotations: { who: "alice" } }));
    expect(object.metadata.annotations).toEqual({ who: "alice" });
  });
});

const count = fc.integer({ min: 0, max: 12 });
const scenes: fc.Arbitrary<Scene> = fc.oneof(
  fc
    .tuple(count, fc.option(fc.tuple(count, fc.integer({ min: 1, max: 12 }))))
    .map(([replicas, bounds]) =>
      domino(
        replicas,
        bounds ? { minReplicas: Math.max(1, Math.min(...bounds)), maxReplicas: bounds[1] } : undefined,
      ),
    ),
  fc
    .tuple(count, count, count, fc.boolean())
    .map(([replicas, low, high, isFollowed]) =>
      rayIo(
        [{ groupName: "g", replicas, minReplicas: Math.min(low, high), maxReplicas: Math.max(low, high) }],
        isFollowed,
      ),
    ),
  fc
    .tuple(count, count, count)
    .map(([replicas, low, high]) =>
      dask(replicas, { minimum: Math.min(low, high), maximum: Math.max(low, high) }),
    ),
  count.map((replicas) => dask(replicas)),
);
const requests: fc.Arbitrary<ScaleRequest> = fc.record(
  {
    replicas: count,
    mode: fc.constantFrom(...SCALE_MODES),
    raisesCeiling: fc.boolean(),
    takesOver: fc.boolean(),
    limit: count,
  },
  { requiredKeys: ["replicas", "mode"] },
);

describe("every plan", () => {
  it("never exceeds ceiling or limit, keeps floor below ceiling, and gives what it says", () => {
    fc.assert(
      fc.property(scenes, fc.array(requests, { minLength: 1, maxLength: 6 }), (start, asked) => {
        let scene = start;
        for (const request of asked) scene = scaledAsSaid(scene, request);
      }),
      { numRuns: 2000 },
    );
  });

  it("asked again changes nothing", () => {
    fc.assert(
      fc.property(scenes, requests, (start, request) => {
        const first = planScale(request, viewOf(start));
        if (isScaleRefusal(first)) return;
        const scene = carriedOut(start, first);
        const second = planScale(request, viewOf(scene));
        if (isScaleRefusal(second)) throw new Error(second.message);
        const changes = second.writes.flatMap((write) => (write.do === "patch" ? write.operations : []));
        expect(changes.filter(({ op }) => op !== "test")).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Carries a plan out, and finds in the outcome what the plan has said. */
function scaledAsSaid(scene: Scene, request: ScaleRequest): Scene {
  const result = planScale(request, viewOf(scene));
  if (isScaleRefusal(result)) return scene;
  const floor = viewOf(scene).groups[0]?.bounds?.min ?? 0;
  const after = carriedOut(scene, result);
  const group = viewOf(after).groups[0];
  expect(result.effective).toBeLessThanOrEqual(Math.max(request.replicas, floor));
  if (!group?.bounds) {
    expect(result.effective).toBeLessThanOrEqual(request.limit ?? Number.POSITIVE_INFINITY);
    expect(group?.replicas).toBe(result.effective);
    return after;
  }
  const { min, max = 0, retiresIdleWorkers } = group.bounds;
  expect(min).toBeLessThanOrEqual(max);
  expect(result.effective).toBeLessThanOrEqual(max);
  expect(result.max).toBe(max);
  const isFloor = retiresIdleWorkers && result.mode === "floor";
  expect(isFloor ? min : group.replicas).toBe(result.effective);
  return after;
}
