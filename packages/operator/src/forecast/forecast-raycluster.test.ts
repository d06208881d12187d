import type { Action, Caches } from "@heliostat/controller";
import { type KubeObject, keyOf, nameOf, type Resource } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import type { RayCluster } from "@heliostat/ray";
import type { Index } from "@heliostat/watch-cache";
import { describe, expect, it } from "vitest";
import { forecastRayCluster } from "./forecast-raycluster.ts";

const RANDOM = new SeededRandom(1);
const NOW_MS = Date.UTC(2026, 0, 1);

describe("forecastRayCluster()", () => {
  it("foresees service, head and workers of a cluster that nothing is there of", () => {
    const { plans } = forecastRayCluster(cluster(2), { caches: NOTHING, nowMs: NOW_MS, random: RANDOM });
    const kinds = madeBy(plans).map(({ resource }) => resource.kind);
    expect(kinds.filter((kind) => kind === "Pod")).toHaveLength(3);
    expect(kinds).toContain("Service");
  });

  it("comes to an end: what it has foreseen needs nothing more", () => {
    const first = forecastRayCluster(cluster(2), { caches: NOTHING, nowMs: NOW_MS, random: RANDOM });
    const again = forecastRayCluster(cluster(2), {
      caches: holding(madeBy(first.plans)),
      nowMs: NOW_MS,
      random: RANDOM,
    });
    expect(actionsOf(again.plans)).toEqual([]);
  });

  it("gives two pods two names, and never names one again that it foresees gone", () => {
    const { plans } = forecastRayCluster(cluster(4), { caches: NOTHING, nowMs: NOW_MS, random: RANDOM });
    const names = actionsOf(plans).flatMap((action) =>
      action.do === "create" ? [`${action.resource.kind} ${action.object.metadata.name}`] : [],
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it("does nothing about what is wrong, and says what that is", () => {
    const { problems, plans } = forecastRayCluster(cluster(2, { minReplicas: 5 }), {
      caches: NOTHING,
      nowMs: NOW_MS,
      random: RANDOM,
    });
    expect(problems[0]?.field).toContain("workerGroupSpecs[0]");
    expect(plans).toEqual([]);
  });
});

function actionsOf(plans: readonly { readonly actions: readonly Action[] }[]): readonly Action[] {
  return plans.flatMap(({ actions }) => actions);
}

/** The objects that are made, by a create or by an apply of what is not there. */
function madeBy(plans: Parameters<typeof actionsOf>[0]): readonly Held[] {
  return actionsOf(plans).flatMap((action) =>
    action.do === "create" || action.do === "apply"
      ? [{ resource: action.resource, object: action.object as KubeObject }]
      : [],
  );
}

function cluster(replicas: number, limits: object = {}): RayCluster {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "demo", namespace: "default", uid: "u-1" },
    spec: {
      headGroupSpec: { rayStartParams: {}, template: pod("ray-head") },
      workerGroupSpecs: [
        { groupName: "small", replicas, minReplicas: 0, maxReplicas: 4, ...limits, ...WORKER },
      ],
    },
  } as unknown as RayCluster;
}

const WORKER = { rayStartParams: {}, template: pod("ray-worker") };

function pod(name: string): object {
  return { spec: { containers: [{ name, image: "rayproject/ray:2.58.0" }] } };
}

interface Held {
  readonly resource: Resource;
  readonly object: KubeObject;
}

function holding(held: readonly Held[]): Caches {
  return {
    of<T extends KubeObject>(resource: Resource<T>) {
      const objects = held
        .filter((each) => each.resource.plural === resource.plural)
        .map(({ object }) => object as T);
      return {
        get: (key: string) => objects.find((object) => keyOf(nameOf(object)) === key),
        list: () => objects,
        byIndex: (index: Index<T>, value: string) =>
          objects.filter((object) => index.valuesOf(object).includes(value)),
      };
    },
  };
}

const NOTHING: Caches = holding([]);
