import type { Action } from "@heliostat/controller";
import {
  isControlledBy,
  isTerminating,
  JOBS,
  type Job,
  type KubeObject,
  type Pod,
  SECRETS,
  SERVICES,
  type Service,
  timestamp,
} from "@heliostat/kube";
import { FINALIZER, type RayCluster, redisCleanupJob } from "@heliostat/ray";
import { aRayCluster, type RayClusterTraits } from "@heliostat/ray/testing";
import { describe, expect, it } from "vitest";
import { OPERATOR_PROJECTIONS } from "./projections.ts";
import { planRayCluster } from "./raycluster/plan.ts";
import { whyNotReady } from "./raycluster/status/why.ts";
import { statusOf } from "./raycluster/status.ts";
import type { RayClusterView } from "./raycluster/view.ts";
import { aView, owned, running } from "./testing/views.ts";

const EVERYTHING: RayClusterTraits = {
  rayVersion: "2.53.0",
  authOptions: { mode: "token" },
  enableInTreeAutoscaling: true,
  gcsFaultToleranceOptions: { redisAddress: "redis:6379" },
  networkPolicy: { mode: "DenyAll" },
  upgradeStrategy: { type: "RollingUpdate" },
  head: { enableIngress: true, template: { spec: { containers: [{ name: "ray-head", image: "ray" }] } } },
  metadata: { finalizers: [FINALIZER.redisCleanup], generation: 2 },
};
const CLUSTER = aRayCluster(EVERYTHING);
const AT_REST = settled(CLUSTER);

/** What may be wrong with any of the objects of a cluster that stands. */
const WRONGS: Readonly<Record<string, (object: KubeObject) => KubeObject>> = {
  "is as it was made": (object) => object,
  "lacks its labels": ({ metadata: { labels: _, ...metadata }, ...object }) => ({ ...object, metadata }),
  "lacks its annotations": ({ metadata: { annotations: _, ...metadata }, ...object }) => ({
    ...object,
    metadata,
  }),
  "is nobody's": ({ metadata: { ownerReferences: _, ...metadata }, ...object }) => ({ ...object, metadata }),
  "is going": ({ metadata, ...object }) => ({
    ...object,
    metadata: { ...metadata, deletionTimestamp: timestamp(0) },
  }),
  "has another spec": (object) => ({ ...object, spec: {}, rules: [] }) as KubeObject,
  "has failed": (object) =>
    ({
      ...object,
      status: { phase: "Failed", reason: "Evicted", conditions: [{ type: "Failed", status: "True" }] },
    }) as KubeObject,
};

describe("a plan, a status and a reason rest on nothing that the operator lets go", () => {
  for (const [wrong, made] of Object.entries(WRONGS)) {
    it(`when an object ${wrong}`, () => {
      expect(AT_REST.others.length).toBeGreaterThan(4);
      for (const object of objectsOf(AT_REST)) {
        const view = withObject(AT_REST, object, made(object));
        expect(decided(projected(view)), object.kind).toEqual(decided(view));
      }
    });

    it(`when the cluster is to go and the job that empties Redis ${wrong}`, () => {
      const cluster = withDeletion(CLUSTER);
      const job = made(redisCleanupJob(cluster, { settings: {} })) as Job;
      const view = aView(cluster, { others: [job] });
      expect(isTerminating(view.cluster)).toBe(true);
      expect(decided(projected(view))).toEqual(decided(view));
    });
  }

  it("when a cluster no longer wants what it has", () => {
    const { rayVersion, metadata } = EVERYTHING;
    const view = {
      ...AT_REST,
      cluster: aRayCluster({ ...(rayVersion && { rayVersion }), ...(metadata && { metadata }) }),
    };
    expect(planRayCluster(view).actions.map((action) => action.do)).toContain("delete");
    expect(decided(projected(view))).toEqual(decided(view));
  });
});

/** The view once everything is there that the plan asks for. */
function settled(cluster: RayCluster): RayClusterView {
  const { actions } = planRayCluster(aView(cluster));
  const objects = actions.flatMap(madeBy).map((object, index) => ({
    ...object,
    metadata: { ...object.metadata, uid: `u${index}`, resourceVersion: String(index) },
  }));
  const isPod = ({ kind }: KubeObject) => kind === "Pod";
  return aView(cluster, {
    pods: objects.filter(isPod).map((pod) => running(owned(cluster, pod as Pod))),
    services: objects.filter(({ kind }) => kind === SERVICES.kind) as readonly Service[],
    others: objects.filter((object) => !isPod(object) && object.kind !== SERVICES.kind),
  });
}

function madeBy(action: Action): readonly KubeObject[] {
  return action.do === "create" || action.do === "apply" ? [action.object as KubeObject] : [];
}

function objectsOf({ pods, services, others }: RayClusterView): readonly KubeObject[] {
  return [...pods, ...services, ...others];
}

function withObject(view: RayClusterView, before: KubeObject, after: KubeObject): RayClusterView {
  const replaced = <T extends KubeObject>(objects: readonly T[]): readonly T[] =>
    objects.map((each) => ((each as KubeObject) === before ? (after as T) : each));
  return {
    ...view,
    // A view has no pods but the cluster's own.
    pods: replaced(view.pods).filter((pod) => isControlledBy(pod, view.cluster)),
    services: replaced(view.services),
    others: replaced(view.others),
  };
}

function withDeletion(cluster: RayCluster): RayCluster {
  return { ...cluster, metadata: { ...cluster.metadata, deletionTimestamp: timestamp(1_700_000_000_000) } };
}

function projected(view: RayClusterView): RayClusterView {
  const kept = <T extends KubeObject>(objects: readonly T[]): readonly T[] => objects.map(keptOf);
  const { cluster, pods, services, others } = view;
  return {
    ...view,
    cluster: keptOf(cluster),
    pods: kept(pods),
    services: kept(services),
    others: kept(others),
  };
}

function keptOf<T extends KubeObject>(object: T): T {
  const projection = OPERATOR_PROJECTIONS.find(({ resource }) => resource.kind === object.kind);
  return (projection ? projection.transform(object) : object) as T;
}

/** Which objects are written and what is said; an action holds the object that it is about, for its name. */
function decided(view: RayClusterView): unknown {
  const plan = planRayCluster(view);
  const actions = plan.actions.map(({ ...action }) =>
    "target" in action ? { ...action, target: action.target.name } : action,
  );
  return { ...plan, actions, status: statusOf(view, { done: [] }), why: whyNotReady(view) };
}

/* The kinds that must be among them, lest a plan that makes less would prove less. */
it("the view at rest holds what a cluster with everything has", () => {
  const kinds = new Set(objectsOf(AT_REST).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    "Ingress",
    "NetworkPolicy",
    "Pod",
    "Role",
    "RoleBinding",
    SECRETS.kind,
    "Service",
    "ServiceAccount",
  ]);
  expect(kinds.has(JOBS.kind)).toBe(false);
});
