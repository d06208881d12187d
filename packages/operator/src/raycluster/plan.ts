import { type Action, create, type Plan, remove } from "@heliostat/controller";
import { isTerminating, PODS, type Pod, SERVICES, type Service } from "@heliostat/kube";
import {
  desiredPods,
  EVENT_ACTION,
  EVENT_REASON,
  HEAD_GROUP,
  headlessWorkerService,
  headPod,
  headService,
  isManagedByOperator,
  LABEL,
  needsHeadlessWorkerService,
  podNames,
  type RayCluster,
  type SpecProblem,
  serveService,
  validateRayClusterMetadata,
  validateRayClusterSpec,
  type WorkerGroupSpec,
  wantsServeService,
  workerPod,
} from "@heliostat/ray";
import { namesView } from "./name-floors.ts";
import { byAge, endedBecause, groupOf, isAlive, isHead, isReady, isWorker } from "./pod-state.ts";
import type { RayClusterView } from "./view.ts";

/** What is wrong with what the user asked for; nothing is planned until it is mended. */
export function problemsOf({ cluster }: RayClusterView): readonly SpecProblem[] {
  return [...validateRayClusterMetadata(cluster), ...validateRayClusterSpec(cluster)];
}

/**
 * Decide what to do next for one RayCluster. Pure: the same view gives the same plan, down to the names of new pods,
 * so a plan carried out twice makes nothing twice.
 *
 * Guarantees: never a second head while one is alive or still ending; never more live workers of a group than wanted;
 * a pod that is wanted and can still work is never removed.
 */
export function planRayCluster(view: RayClusterView): Plan {
  if (!isManagedByOperator(view.cluster)) return { actions: [] };
  // What the cluster owns goes with it: the garbage collector sees to that.
  if (isTerminating(view.cluster)) return { actions: [], waitingFor: "the cluster's own deletion" };
  if (problemsOf(view).length > 0) return { actions: [], waitingFor: "a valid spec" };
  if (view.cluster.spec.suspend) return { actions: planSuspension(view) };
  const { workerGroupSpecs = [] } = view.cluster.spec;
  return {
    actions: [
      ...planServices(view),
      ...planHead(view),
      ...workerGroupSpecs.flatMap((group) => planGroup(view, group)),
      ...planOrphans(view, workerGroupSpecs),
    ],
  };
}

function planSuspension({ pods }: RayClusterView): readonly Action[] {
  return pods.filter(isAlive).map((pod) => removePod(pod, "the cluster is suspended"));
}

function planServices({ cluster, services }: RayClusterView): readonly Action[] {
  const present = new Set(services.map(({ metadata }) => metadata.name));
  return wantedServices(cluster)
    .filter(({ metadata }) => !present.has(metadata.name))
    .map(createService);
}

function wantedServices(cluster: RayCluster): readonly Service[] {
  return [
    headService(cluster),
    ...(needsHeadlessWorkerService(cluster) ? [headlessWorkerService(cluster)] : []),
    ...(wantsServeService(cluster) ? [serveService(cluster)] : []),
  ];
}

function planHead(view: RayClusterView): readonly Action[] {
  const heads = view.pods.filter(isHead);
  const ended = heads.filter((head) => isAlive(head) && endedBecause(head));
  if (ended.length > 0)
    return ended.map((head) => removePod(head, `the head is replaced: ${endedBecause(head)}`));

  const alive = heads.filter(isAlive);
  if (alive.length > 1) return surplus(alive, 1).map((head) => removePod(head, "a cluster has one head"));
  // One that is still ending holds the head's address and state: wait for it.
  if (heads.length > 0) return [];
  const [name = ""] = podNames({ ...namesView(view, HEAD_GROUP), count: 1 });
  return [createPod(headPod(view.cluster, { name }), "the cluster has no head")];
}

function planGroup(view: RayClusterView, group: WorkerGroupSpec): readonly Action[] {
  const alive = view.pods.filter((pod) => isWorker(pod) && groupOf(pod) === group.groupName && isAlive(pod));
  const ended = alive.filter(endedBecause);
  // Removing comes first and alone, so that a crash loop never makes pods faster than it removes them.
  if (ended.length > 0)
    return ended.map((pod) => removePod(pod, `the worker is replaced: ${endedBecause(pod)}`));

  const listed = new Set(group.scaleStrategy?.workersToDelete ?? []);
  const named = alive.filter(({ metadata }) => listed.has(metadata.name));
  const kept = alive.filter((pod) => !named.includes(pod));
  const missing = desiredPods(group) - kept.length;
  return [
    ...named.map((pod) => removePod(pod, "scaleStrategy.workersToDelete lists it")),
    ...(missing > 0 ? newWorkers(view, group, missing) : planShrink(view, kept, kept.length + missing)),
  ];
}

/** With the autoscaler on, only it knows which workers are idle: it says so in `workersToDelete`. */
function planShrink({ cluster }: RayClusterView, workers: readonly Pod[], wanted: number): readonly Action[] {
  if (cluster.spec.enableInTreeAutoscaling) return [];
  const why = `the group has ${workers.length} workers and wants ${wanted}`;
  return surplus(workers, wanted).map((pod) => removePod(pod, why));
}

function newWorkers(view: RayClusterView, group: WorkerGroupSpec, count: number): readonly Action[] {
  const names = podNames({ ...namesView(view, group.groupName), count });
  const indices = freeIndices(view, group, count);
  return names.map((name, position) =>
    createPod(
      workerPod(view.cluster, group, { name, replicaIndex: indices[position] ?? position }),
      `group ${group.groupName} lacks ${count} of ${desiredPods(group)} workers`,
    ),
  );
}

/** Workers of groups that the spec no longer has. */
function planOrphans({ pods }: RayClusterView, groups: readonly WorkerGroupSpec[]): readonly Action[] {
  const known = new Set(groups.map(({ groupName }) => groupName));
  return pods
    .filter((pod) => isWorker(pod) && isAlive(pod) && !known.has(groupOf(pod)))
    .map((pod) => removePod(pod, `the cluster no longer has a group ${groupOf(pod)}`));
}

/** The pods that go when only `wanted` may stay: those not ready first, then the newest. */
function surplus(pods: readonly Pod[], wanted: number): readonly Pod[] {
  const byWorth = [...pods].sort((a, b) => Number(isReady(b)) - Number(isReady(a)) || byAge(a, b));
  return byWorth.slice(Math.max(wanted, 0));
}

function freeIndices(view: RayClusterView, group: WorkerGroupSpec, count: number): readonly number[] {
  const taken = new Set(view.pods.filter((pod) => groupOf(pod) === group.groupName).map(replicaIndexOf));
  return Array.from({ length: count + taken.size }, (_, index) => index)
    .filter((index) => !taken.has(index))
    .slice(0, count);
}

function replicaIndexOf(pod: Pod): number {
  return Number(pod.metadata.labels?.[LABEL.replicaIndex] ?? -1);
}

function createPod(pod: Pod, why: string): Action {
  const [onSuccess, onFailure] = isHead(pod)
    ? [EVENT_REASON.createdHeadPod, EVENT_REASON.failedToCreateHeadPod]
    : [EVENT_REASON.createdWorkerPod, EVENT_REASON.failedToCreateWorkerPod];
  return create(PODS, pod, { why, event: { onSuccess, onFailure, action: EVENT_ACTION.create } });
}

function removePod(pod: Pod, why: string): Action {
  const [onSuccess, onFailure] = isHead(pod)
    ? [EVENT_REASON.deletedHeadPod, EVENT_REASON.failedToDeleteHeadPod]
    : [EVENT_REASON.deletedWorkerPod, EVENT_REASON.failedToDeleteWorkerPod];
  return remove(PODS, pod, { why, event: { onSuccess, onFailure, action: EVENT_ACTION.delete } });
}

function createService(service: Service): Action {
  return create(SERVICES, service, {
    why: "the cluster lacks this service",
    event: {
      onSuccess: EVENT_REASON.createdService,
      onFailure: EVENT_REASON.failedToCreateService,
      action: EVENT_ACTION.create,
    },
  });
}
