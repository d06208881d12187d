import type { Pod } from "@heliostat/kube";
import { headService, type RayCluster } from "@heliostat/ray";
import { aRayCluster, aRayPod } from "@heliostat/ray/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  aView,
  aWorker,
  createdPods,
  kinds,
  owned,
  running,
  settledPods,
  targetOf,
  texts,
  withMeta,
} from "../testing/views.ts";
import { planRayCluster } from "./plan.ts";
import { isAlive, isHead } from "./pod-state.ts";
import { nextNameFloors } from "./view/name-floors.ts";
import type { RayClusterView } from "./view.ts";

describe("planRayCluster()", () => {
  it("creates the head service, the head and the wanted workers of a new cluster, all at once", () => {
    expect(kinds(planRayCluster(aView(aRayCluster())))).toEqual([
      "apply Service c-head-svc",
      "create head",
      "create workers",
      "create workers",
    ]);
  });

  it("is deterministic, down to the names of new pods", () => {
    const view = aView(aRayCluster());
    expect(planRayCluster(view)).toEqual(planRayCluster(view));
  });

  it("has nothing to do for a cluster as it should be", () => {
    const cluster = aRayCluster();
    expect(planRayCluster(aView(cluster, { pods: settledPods(cluster) })).actions).toEqual([]);
  });

  it("leaves a cluster alone that somebody else manages", () => {
    const cluster = aRayCluster({ managedBy: "kueue.x-k8s.io/multikueue" });
    expect(planRayCluster(aView(cluster)).actions).toEqual([]);
  });

  it("makes nothing for a cluster that is being deleted", () => {
    const cluster = aRayCluster({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    expect(planRayCluster(aView(cluster)).actions).toEqual([]);
  });

  it("makes nothing while the spec is not valid", () => {
    const cluster = aRayCluster({ workers: [{ minReplicas: 3, maxReplicas: 1 }] });
    expect(planRayCluster(aView(cluster))).toMatchObject({ actions: [], waitingFor: "a valid spec" });
  });

  it("waits for an ending head to be gone before it makes another", () => {
    const cluster = aRayCluster();
    const pods = settledPods(cluster).map((pod) =>
      isHead(pod) ? withMeta(pod, { deletionTimestamp: "2026-01-01T00:00:00Z" }) : pod,
    );
    expect(planRayCluster(aView(cluster, { pods })).actions).toEqual([]);
  });

  it("removes an ended worker before it makes another", () => {
    const cluster = aRayCluster({ workers: [{ replicas: 1 }] });
    const pods = settledPods(cluster).map((pod) =>
      isHead(pod) ? pod : { ...pod, status: { phase: "Failed" } },
    );
    expect(texts(planRayCluster(aView(cluster, { pods })))).toEqual([
      "delete: the worker is replaced: its phase is Failed",
    ]);
  });

  it("shrinks by the workers that are not ready, then by the newest", () => {
    const cluster = aRayCluster({ workers: [{ replicas: 1 }] });
    const head = settledPods(cluster).filter(isHead);
    const workers = [
      aWorker(cluster, "old", { createdMinute: 1 }),
      aWorker(cluster, "new", { createdMinute: 5 }),
      aWorker(cluster, "unready", { createdMinute: 0, isReady: false }),
    ];
    const { actions } = planRayCluster(aView(cluster, { pods: [...head, ...workers] }));
    expect(actions.map(targetOf)).toEqual(["new", "unready"].sort((a) => (a === "new" ? -1 : 1)));
  });

  it("leaves shrinking to the autoscaler where there is one, but for the workers that it names", () => {
    const cluster = aRayCluster({
      enableInTreeAutoscaling: true,
      workers: [{ replicas: 1, scaleStrategy: { workersToDelete: ["w2", "somebody-else"] } }],
    });
    const head = settledPods(cluster).filter(isHead);
    const workers = ["w1", "w2", "w3"].map((name) => aWorker(cluster, name));
    const { actions } = planRayCluster(aView(cluster, { pods: [...head, ...workers] }));
    expect(actions.filter(({ do: what }) => what === "delete").map(targetOf)).toEqual(["w2"]);
  });

  it("publishes the dashboard by a Route where the operator is told to, and else by an Ingress", () => {
    const cluster = aRayCluster({ head: { enableIngress: true } });
    expect(kinds(planRayCluster(aView(cluster)))).toContain("apply Ingress c-head-ingress");
    const onOpenShift = kinds(planRayCluster(aView(cluster, { usesRoutes: true })));
    expect(onOpenShift).toContain("apply Route c-head-route");
    expect(onOpenShift).not.toContain("apply Ingress c-head-ingress");
  });

  it("removes the workers of a group that is no longer there", () => {
    const cluster = aRayCluster({ workers: [] });
    const pods = [...settledPods(cluster), aWorker(cluster, "orphan")];
    expect(texts(planRayCluster(aView(cluster, { pods })))).toEqual([
      "delete: the cluster no longer has a group workers",
    ]);
  });

  it("removes every pod of a suspended cluster and keeps its services", () => {
    const cluster = aRayCluster({ suspend: true });
    const plan = planRayCluster(aView(cluster, { pods: settledPods(cluster) }));
    expect(texts(plan)).toEqual(Array(3).fill("delete: the cluster is suspended"));
  });

  it("settles: from any pods it reaches one head and the wanted workers, then has nothing to do", () => {
    fc.assert(
      fc.property(anySize, anyPods, ({ replicas, minReplicas, extra }, seeds) => {
        const cluster = aRayCluster({
          workers: [{ replicas, minReplicas, maxReplicas: minReplicas + extra }],
        });
        let view = aView(cluster, { pods: seeds.map((seed, index) => seed(cluster, index)) });
        for (let round = 0; round < 5; round += 1) view = afterwards(view);

        expect(planRayCluster(view).actions).toEqual([]);
        const wanted = Math.min(Math.max(replicas, minReplicas), minReplicas + extra);
        expect(view.pods.filter(isHead)).toHaveLength(1);
        expect(view.pods.filter((pod) => !isHead(pod))).toHaveLength(wanted);
      }),
    );
  });

  it("never makes a second head, and never gives a name twice, on the way", () => {
    fc.assert(
      fc.property(anySize, anyPods, (size, seeds) => {
        const cluster = aRayCluster({ workers: [{ ...size, maxReplicas: 20 }] });
        let view = aView(cluster, { pods: seeds.map((seed, index) => seed(cluster, index)) });
        const given = new Set(view.pods.map(({ metadata }) => metadata.name));
        for (let round = 0; round < 5; round += 1) {
          const made = createdPods(planRayCluster(view));
          for (const { metadata } of made) {
            expect(given.has(metadata.name)).toBe(false);
            given.add(metadata.name);
          }
          expect(
            made.filter(isHead).length + (made.some(isHead) ? view.pods.filter(isHead).length : 0),
          ).toBeLessThanOrEqual(1);
          view = afterwards(view);
        }
      }),
    );
  });
});

const anySize = fc.record({ replicas: fc.nat(5), minReplicas: fc.nat(3), extra: fc.nat(3) });
const anyPods = fc.array(
  fc
    .record({ isHead: fc.boolean(), phase: fc.constantFrom("Pending", "Running", "Succeeded", "Failed") })
    .map(
      ({ isHead: asHead, phase }) =>
        (cluster: RayCluster, index: number) =>
          owned(
            cluster,
            aRayPod(cluster, `seed-${index}`, { ...(asHead ? {} : { group: "workers" }), status: { phase } }),
          ),
    ),
  { maxLength: 8 },
);

/** The cluster after its plan: deleted pods are gone, created ones run, and the spent names are written down. */
function afterwards(view: RayClusterView): RayClusterView {
  const { actions } = planRayCluster(view);
  const gone = actions.flatMap((action) => (action.do === "delete" ? [action.target.name] : []));
  const nameFloors = nextNameFloors(view, { done: actions });
  const { cluster } = view;
  const kept = view.pods.filter(
    ({ metadata }) => !gone.includes(metadata.name) && isAlive({ metadata } as Pod),
  );
  return {
    ...view,
    nameFloors,
    services: [headService(cluster)],
    pods: [...kept, ...createdPods({ actions }).map(running)],
  };
}
