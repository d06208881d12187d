import type { Action, Plan } from "@heliostat/controller";
import { controllerReference, type ObjectMeta, type Pod, type Service } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { HEAD_GROUP, headService, type RayCluster } from "@heliostat/ray";
import { aRayPod } from "@heliostat/ray/testing";
import { planRayCluster } from "../raycluster/plan.ts";
import { newRayClusterView, type RayClusterView } from "../raycluster/view.ts";

const NOW_MS = 1_700_000_000_000;

/** A cluster as somebody sees it; with pods there is a head service too, unless the traits say otherwise. */
export function aView(cluster: RayCluster, traits: Partial<RayClusterView> = {}): RayClusterView {
  const services: readonly Service[] = traits.pods?.length ? [headService(cluster)] : [];
  const empty = newRayClusterView(cluster, { nowMs: NOW_MS, random: new SeededRandom() });
  return { ...empty, services, ...traits };
}

/** What a plan for the empty cluster makes, running and ready. */
export function settledPods(cluster: RayCluster): Pod[] {
  return createdPods(planRayCluster(aView({ ...cluster, spec: { ...cluster.spec, suspend: false } }))).map(
    running,
  );
}

/** A worker of the group `workers`, ready unless it is said not to be. */
export function aWorker(
  cluster: RayCluster,
  name: string,
  { createdMinute = 0, isReady = true, group = "workers" } = {},
): Pod {
  const pod = aRayPod(cluster, name, { group });
  const dated = withMeta(pod, { creationTimestamp: `2026-01-01T00:0${createdMinute}:00Z` });
  return isReady
    ? running(owned(cluster, dated))
    : { ...owned(cluster, dated), status: { phase: "Running" } };
}

/** The cluster's pod, as the API would have it. */
export function owned(cluster: RayCluster, pod: Pod): Pod {
  return withMeta(pod, { ownerReferences: [controllerReference(cluster)] });
}

export function running(pod: Pod): Pod {
  return { ...pod, status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
}

export function withMeta(pod: Pod, metadata: Partial<ObjectMeta>): Pod {
  return { ...pod, metadata: { ...pod.metadata, ...metadata } };
}

export function createdPods({ actions }: Pick<Plan, "actions">): Pod[] {
  return actions.flatMap((action) =>
    action.do === "create" && action.object.kind === "Pod" ? [action.object as unknown as Pod] : [],
  );
}

/** `create head`, `apply Service c-head-svc`, `delete w1` */
export function kinds({ actions }: Plan): string[] {
  return actions.map((action) => {
    if (action.do !== "create") return `${action.do} ${action.resource.kind} ${action.target.name}`;
    const group = action.object.metadata.labels?.["ray.io/group"];
    if (action.object.kind !== "Pod") return `create ${action.object.kind} ${action.object.metadata.name}`;
    return `create ${group === HEAD_GROUP ? "head" : group}`;
  });
}

export function texts({ actions }: Plan): string[] {
  return actions.map((action) => `${action.do}: ${action.why}`);
}

export function targetOf(action: Action): string {
  return action.do === "create" ? "" : action.target.name;
}
