import type { Pod } from "@heliostat/kube";
import { LABEL, type RayCluster } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  aView,
  aWorker,
  createdPods,
  kinds,
  running,
  settledPods,
  targetOf,
  texts,
  withMeta,
} from "../../testing/views.ts";
import { planRayCluster } from "../plan.ts";
import { isHead } from "../pod-state.ts";
import { nextNameFloors } from "../view/name-floors.ts";
import type { RayClusterView } from "../view.ts";
import { isShrinking } from "./plan-workers.ts";

describe("shrinking a group", () => {
  const cluster = aRayCluster({ workers: [{ replicas: 1 }] });
  const head = settledPods(cluster).filter(isHead);

  it("lets the idle go before the busy, the longest idle first, but those that are not ready before them", () => {
    const workers = ["busy", "idle", "idler", "unready"].map((name, createdMinute) =>
      aWorker(cluster, name, { createdMinute, isReady: name !== "unready" }),
    );
    const idleSeconds = new Map([
      ["idle", 10],
      ["idler", 300],
    ]);
    const { actions } = planRayCluster(aView(cluster, { pods: [...head, ...workers], idleSeconds }));
    expect(actions.map(targetOf)).toEqual(["idle", "idler", "unready"]);
  });

  it("never depends on the order in which pods are seen", () => {
    const workers = ["a", "b", "c", "d"].map((name) => aWorker(cluster, name));
    fc.assert(
      fc.property(fc.shuffledSubarray(workers, { minLength: 4 }), (shuffled) => {
        const { actions } = planRayCluster(aView(cluster, { pods: [...head, ...shuffled] }));
        expect(actions.map(targetOf).sort()).toEqual(["b", "c", "d"]);
      }),
    );
  });

  it("asks who is idle only when there is a choice to make", () => {
    const workers = ["a", "b"].map((name) => aWorker(cluster, name));
    expect(isShrinking(aView(cluster, { pods: workers }))).toBe(true);
    expect(isShrinking(aView(cluster, { pods: workers.slice(1) }))).toBe(false);
    const scaling = aRayCluster({ enableInTreeAutoscaling: true, workers: [{ replicas: 1 }] });
    expect(isShrinking(aView(scaling, { pods: workers }))).toBe(false);
  });

  it("takes all workers of a group that is suspended", () => {
    const suspended = aRayCluster({ workers: [{ replicas: 2, suspend: true }] });
    const pods = [...head, aWorker(suspended, "a"), aWorker(suspended, "b")];
    expect(texts(planRayCluster(aView(suspended, { pods })))).toEqual(
      Array(2).fill("delete: group workers is suspended"),
    );
  });
});

describe("workersToDelete", () => {
  it("settles while the group grows and names stay in it that are gone", () => {
    const cluster = aRayCluster({
      enableInTreeAutoscaling: true,
      workers: [{ replicas: 3, scaleStrategy: { workersToDelete: ["gone-1", "gone-2"] } }],
    });
    const head = settledPods(cluster).filter(isHead);
    const first = createdPods(planRayCluster(aView(cluster, { pods: head })));
    expect(first).toHaveLength(3);
    const pods = [...head, ...first.map(running)];
    expect(podActions(aView(cluster, { pods }))).toEqual([]);
  });

  it("never makes a pod of a name that it lists", () => {
    const plain = aRayCluster({ workers: [{ replicas: 3 }] });
    const names = createdPods(planRayCluster(aView(plain))).map(({ metadata }) => metadata.name);
    const listing = aRayCluster({ workers: [{ replicas: 3, scaleStrategy: { workersToDelete: names } }] });
    const made = createdPods(planRayCluster(aView(listing))).map(({ metadata }) => metadata.name);
    expect(made.filter((name) => names.includes(name) && !name.includes("-head-"))).toEqual([]);
  });

  it("takes only workers of its own group", () => {
    const cluster = aRayCluster({
      workers: [
        { replicas: 1, scaleStrategy: { workersToDelete: ["other-1", "c-head"] } },
        { groupName: "other", replicas: 1 },
      ],
    });
    const pods = [
      ...settledPods(cluster).filter(isHead),
      aWorker(cluster, "w-1"),
      aWorker(cluster, "other-1", { group: "other" }),
    ];
    expect(planRayCluster(aView(cluster, { pods })).actions).toEqual([]);
  });
});

describe("a group of several hosts", () => {
  const cluster = aRayCluster({ workers: [{ replicas: 2, numOfHosts: 3 }] });

  it("makes replicas whole, their hosts numbered and named together", () => {
    const workers = createdPods(planRayCluster(aView(cluster))).filter((pod) => !isHead(pod));
    expect(workers).toHaveLength(6);
    expect(workers.map(placeOf)).toEqual([
      ["0", "0"],
      ["0", "1"],
      ["0", "2"],
      ["1", "0"],
      ["1", "1"],
      ["1", "2"],
    ]);
    expect(new Set(workers.map(replicaOf)).size).toBe(2);
    expect(kinds(planRayCluster(aView(cluster)))).toContain("apply Service c-headless");
  });

  it("removes a replica whole when a host of it is missing or has ended, and makes another in its place", () => {
    const pods = settledPods(cluster);
    const [lost, ...rest] = pods.filter((pod) => !isHead(pod));
    const left = [...pods.filter(isHead), ...rest];
    const seen = { services: servicesOf(cluster), nameFloors: { workers: 6 } };
    const removed = planRayCluster(aView(cluster, { pods: left, ...seen })).actions;
    const fellows = rest.filter((pod) => replicaOf(pod) === replicaOf(lost));
    expect(removed.map(targetOf).sort()).toEqual(fellows.map(({ metadata }) => metadata.name).sort());
    expect(removed[0]?.why).toContain("has 2 of 3 hosts");

    const others = left.filter((pod) => !fellows.includes(pod));
    const made = createdPods(
      planRayCluster(
        aView(cluster, { pods: others, services: servicesOf(cluster), nameFloors: { workers: 6 } }),
      ),
    );
    expect(made.map(placeOf)).toEqual([
      ["0", "0"],
      ["0", "1"],
      ["0", "2"],
    ]);
    expect(replicaOf(made[0])).not.toBe(replicaOf(lost));
  });

  it("shrinks by whole replicas, and takes the whole replica of a pod that workersToDelete names", () => {
    const pods = settledPods(cluster);
    const [first] = pods.filter((pod) => !isHead(pod));
    const listing = aRayCluster({
      enableInTreeAutoscaling: true,
      workers: [
        { replicas: 1, numOfHosts: 3, scaleStrategy: { workersToDelete: [first?.metadata.name ?? ""] } },
      ],
    });
    const { actions } = planRayCluster(aView(listing, { pods, services: servicesOf(cluster) }));
    const deleted = actions.filter((action) => action.do === "delete");
    expect(deleted).toHaveLength(3);

    const smaller = aRayCluster({ workers: [{ replicas: 1, numOfHosts: 3 }] });
    const shrunk = planRayCluster(aView(smaller, { pods, services: servicesOf(cluster) })).actions.map(
      targetOf,
    );
    const replicas = new Set(pods.filter(({ metadata }) => shrunk.includes(metadata.name)).map(replicaOf));
    expect(shrunk).toHaveLength(3);
    expect(replicas.size).toBe(1);
  });

  it("makes exactly the pods that somebody does not see yet, whichever they are", () => {
    const pods = settledPods(cluster);
    const workers = pods.filter((pod) => !isHead(pod));
    fc.assert(
      fc.property(fc.subarray(workers), (seen) => {
        const view = aView(cluster, {
          pods: [...pods.filter(isHead), ...seen],
          services: servicesOf(cluster),
        });
        const made = createdPods(planRayCluster({ ...view, nameFloors: nextNameFloors(view, { done: [] }) }));
        const unseen = workers.filter((pod) => !seen.includes(pod));
        expect(made.map(identityOf).sort()).toEqual(unseen.map(identityOf).sort());
      }),
    );
  });

  it("removes what has been begun of a replica too many, also where the autoscaler decides on whole ones", () => {
    const scaling = aRayCluster({
      enableInTreeAutoscaling: true,
      workers: [{ replicas: 1, numOfHosts: 3 }],
    });
    const pods = settledPods(cluster).slice(0, -1);
    const { actions } = planRayCluster(aView(scaling, { pods, services: servicesOf(cluster) }));
    const last = pods.slice(-2).map(({ metadata }) => metadata.name);
    expect(actions.filter((action) => action.do === "delete").map(targetOf)).toEqual(last);
  });
});

describe("a head that was told not to come back", () => {
  it("is not made again once the cluster has worked, nor are its workers", () => {
    const annotations = { "ray.io/disable-provisioned-head-restart": "true" };
    const conditions = [{ type: "RayClusterProvisioned", status: "True" as const, reason: "x", message: "" }];
    const cluster = aRayCluster({ metadata: { annotations }, status: { conditions } });
    expect(createdPods(planRayCluster(aView(cluster)))).toEqual([]);
    const fresh = aRayCluster({ metadata: { annotations } });
    expect(createdPods(planRayCluster(aView(fresh)))).toHaveLength(3);
  });

  it("has a new name where it may come back", () => {
    const cluster = aRayCluster();
    const [head] = settledPods(cluster).filter(isHead);
    const [next] = createdPods(planRayCluster(aView(cluster, { nameFloors: { headgroup: 1 } }))).filter(
      isHead,
    );
    expect(next?.metadata.name).not.toBe(head?.metadata.name);
    expect(withMeta(next ?? head ?? ({} as Pod), {}).metadata.name).toMatch(/^c-head-/);
  });
});

function podActions(view: RayClusterView): readonly string[] {
  return kinds(planRayCluster(view)).filter((text) => !text.startsWith("apply"));
}

function servicesOf(cluster: RayCluster): ReturnType<typeof aView>["services"] {
  return planRayCluster(aView(cluster)).actions.flatMap((action) =>
    action.do === "apply" && action.resource.kind === "Service"
      ? [action.object as unknown as ReturnType<typeof aView>["services"][number]]
      : [],
  );
}

function identityOf(pod: Pod): string {
  return [pod.metadata.name, replicaOf(pod), ...placeOf(pod)].join(" ");
}

function placeOf({ metadata }: Pod): readonly (string | undefined)[] {
  return [metadata.labels?.[LABEL.replicaIndex], metadata.labels?.[LABEL.hostIndex]];
}

function replicaOf(pod: Pod | undefined): string | undefined {
  return pod?.metadata.labels?.[LABEL.replicaName];
}
