import type { Action } from "@heliostat/controller";
import type { Pod } from "@heliostat/kube";
import {
  desiredReplicas,
  LABEL,
  replicaName,
  replicaPodNames,
  type WorkerGroupSpec,
  type WorkerPlace,
  workerPod,
} from "@heliostat/ray";
import { groupOf, isAlive, isHead, isWorker } from "../pod-state.ts";
import { namesView } from "../view/name-floors.ts";
import type { RayClusterView } from "../view.ts";
import { planRollingUpdate } from "./plan-rolling-update.ts";
import { createPod, removePod, scheduled } from "./pod-actions.ts";
import {
  brokenBecause,
  hostsOf,
  indexOf,
  isWhole,
  missingHosts,
  type Replica,
  replicasOf,
  surplusOf,
} from "./replicas.ts";

/**
 * What brings a group to its number of replicas. A replica is one worker, or several hosts that live and die together.
 *
 * Replicas that cannot work go first and alone, so that a crash loop never makes pods faster than it removes them; then
 * those that `workersToDelete` names, whatever the number; then the number itself is set right.
 */
export function planGroup(view: RayClusterView, group: WorkerGroupSpec): readonly Action[] {
  const replicas = replicasOf(view, group);
  const broken = replicas.filter((replica) => brokenBecause(view, group, replica));
  if (broken.length > 0) {
    return broken.flatMap((replica) =>
      removeReplica(replica, `the worker is replaced: ${brokenBecause(view, group, replica)}`),
    );
  }
  const listed = new Set(group.scaleStrategy?.workersToDelete ?? []);
  const named = replicas.filter(({ pods }) => pods.some(({ metadata }) => listed.has(metadata.name)));
  const kept = replicas.filter((replica) => !named.includes(replica));
  return [
    ...named.flatMap((replica) => removeReplica(replica, "scaleStrategy.workersToDelete lists it")),
    ...planSize(view, group, kept),
  ];
}

/**
 * Workers of groups that the spec no longer has, and pods that have lost the labels which say what they are: no service
 * finds them, and they would live beside what replaces them. They end as workers do when a group shrinks, with time to
 * drain.
 */
export function planOrphans(view: RayClusterView, groups: readonly WorkerGroupSpec[]): readonly Action[] {
  const known = new Set(groups.map(({ groupName }) => groupName));
  const strays = view.pods.filter((pod) => isAlive(pod) && !isHead(pod) && !isKnown(pod));
  return strays.map((pod) =>
    removePod(
      pod,
      isWorker(pod) && groupOf(pod)
        ? `the cluster no longer has a group ${groupOf(pod)}`
        : "it has lost the labels that say what it is",
    ),
  );

  function isKnown(pod: Pod): boolean {
    return isWorker(pod) && known.has(groupOf(pod));
  }
}

/** Whether some group has to choose which of its workers go, so that knowing the idle ones would help. */
export function isShrinking(view: RayClusterView): boolean {
  const { workerGroupSpecs = [], enableInTreeAutoscaling } = view.cluster.spec;
  if (enableInTreeAutoscaling) return false;
  return workerGroupSpecs.some((group) => {
    const wanted = desiredReplicas(group);
    return wanted > 0 && replicasOf(view, group).length > wanted;
  });
}

function planSize(
  view: RayClusterView,
  group: WorkerGroupSpec,
  replicas: readonly Replica[],
): readonly Action[] {
  const wanted = desiredReplicas(group);
  if (replicas.length > wanted) return planShrinking(view, group, replicas);
  const removed = replicas.length === wanted ? planRollingUpdate(view, group, replicas) : [];
  if (removed.length > 0) return removed;
  const begun = replicas.filter((replica) => !isWhole(replica));
  return [
    ...begun.flatMap((replica) => otherHosts(view, group, replica)),
    ...newReplicas(view, group, wanted - replicas.length),
  ];
}

function planShrinking(
  view: RayClusterView,
  group: WorkerGroupSpec,
  replicas: readonly Replica[],
): readonly Action[] {
  const wanted = desiredReplicas(group);
  const why = group.suspend
    ? `group ${group.groupName} is suspended`
    : `the group has ${replicas.length} ${unitsOf(group)} and wants ${wanted}`;
  const surplus = surplusOf(replicas, wanted, view);
  // With the autoscaler on, only it knows which workers are idle: it says so in `workersToDelete`.
  const isOurs = (replica: Replica) => !view.cluster.spec.enableInTreeAutoscaling || !isWhole(replica);
  return surplus.filter(isOurs).flatMap((replica) => removeReplica(replica, why));
}

/** What a replica lacks that somebody has begun to make. */
function otherHosts(view: RayClusterView, group: WorkerGroupSpec, replica: Replica): readonly Action[] {
  const { name, pods, hosts } = replica;
  const [first] = pods;
  const why = `replica ${name} has ${pods.length} of ${hosts} hosts`;
  const place = { replicaIndex: first ? indexOf(first) : 0, replicaName: name };
  return [...(missingHosts(view, group, replica) ?? [])].map(([hostIndex, podName]) =>
    worker(view, group, { name: podName, why, place: { ...place, hostIndex } }),
  );
}

function newReplicas(view: RayClusterView, group: WorkerGroupSpec, count: number): readonly Action[] {
  const hosts = hostsOf(group);
  const indices = freeIndices(view, group, count);
  const why = `group ${group.groupName} lacks ${count} of ${desiredReplicas(group)} ${unitsOf(group)}`;
  const replicas = replicaPodNames({ ...namesView(view, group.groupName), hosts, count });
  return replicas.flatMap((names, at) =>
    names.map((name, hostIndex) => {
      const replica = { replicaName: replicaName(group.groupName, names[0] ?? name), hostIndex };
      const place = { replicaIndex: indices[at] ?? at, ...(hosts > 1 && replica) };
      return worker(view, group, { name, why, place });
    }),
  );
}

interface NewWorker {
  readonly name: string;
  readonly why: string;
  readonly place: WorkerPlace;
}

function worker(view: RayClusterView, group: WorkerGroupSpec, { name, why, place }: NewWorker): Action {
  const pod = workerPod(view.cluster, group, { name, settings: view.settings, ...place });
  return createPod(scheduled(pod, view), why);
}

function removeReplica({ pods }: Replica, why: string): readonly Action[] {
  return pods.map((pod) => removePod(pod, why));
}

/** The smallest numbers from 0 that no replica of the group has. Unlike names they come back. */
function freeIndices(view: RayClusterView, group: WorkerGroupSpec, count: number): readonly number[] {
  const taken = new Set(
    view.pods.filter(({ metadata }) => metadata.labels?.[LABEL.group] === group.groupName).map(indexOf),
  );
  return Array.from({ length: count + taken.size }, (_, index) => index)
    .filter((index) => !taken.has(index))
    .slice(0, count);
}

function unitsOf(group: WorkerGroupSpec): string {
  return hostsOf(group) > 1 ? `replicas of ${hostsOf(group)} hosts` : "workers";
}
