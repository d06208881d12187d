import type { Action } from "@heliostat/controller";
import type { Pod } from "@heliostat/kube";
import {
  desiredReplicas,
  LABEL,
  podNames,
  replicaName,
  type WorkerGroupSpec,
  workerPod,
} from "@heliostat/ray";
import { namesView } from "./name-floors.ts";
import { planRollingUpdate } from "./plan-rolling-update.ts";
import { createPod, removePod, scheduled } from "./pod-actions.ts";
import { groupOf, isAlive, isHead, isWorker } from "./pod-state.ts";
import { brokenBecause, hostsOf, indexOf, type Replica, replicasOf, surplusOf } from "./replicas.ts";
import type { RayClusterView } from "./view.ts";

/**
 * What brings a group to its number of replicas. A replica is one worker, or several hosts that live and die together.
 *
 * Replicas that cannot work go first and alone, so that a crash loop never makes pods faster than it removes them; then
 * those that `workersToDelete` names, whatever the number; then the number itself is set right.
 */
export function planGroup(view: RayClusterView, group: WorkerGroupSpec): readonly Action[] {
  const replicas = replicasOf(view, group);
  const broken = replicas.filter((replica) => brokenBecause(replica, group));
  if (broken.length > 0) {
    return broken.flatMap((replica) =>
      removeReplica(replica, `the worker is replaced: ${brokenBecause(replica, group)}`),
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
  if (replicas.length < wanted) return newReplicas(view, group, wanted - replicas.length);
  if (replicas.length === wanted) return planRollingUpdate(view, group, replicas);
  // With the autoscaler on, only it knows which workers are idle: it says so in `workersToDelete`.
  if (view.cluster.spec.enableInTreeAutoscaling) return [];
  const why = group.suspend
    ? `group ${group.groupName} is suspended`
    : `the group has ${replicas.length} ${unitsOf(group)} and wants ${wanted}`;
  return surplusOf(replicas, wanted, view).flatMap((replica) => removeReplica(replica, why));
}

function newReplicas(view: RayClusterView, group: WorkerGroupSpec, count: number): readonly Action[] {
  const hosts = hostsOf(group);
  const names = podNames({ ...namesView(view, group.groupName), count: count * hosts });
  const indices = freeIndices(view, group, count);
  const why = `group ${group.groupName} lacks ${count} of ${desiredReplicas(group)} ${unitsOf(group)}`;
  return names.map((name, position) => {
    const [replica, hostIndex] = [Math.floor(position / hosts), position % hosts];
    const place = {
      replicaIndex: indices[replica] ?? replica,
      ...(hosts > 1 && {
        replicaName: replicaName(group.groupName, names[replica * hosts] ?? name),
        hostIndex,
      }),
    };
    const pod = workerPod(view.cluster, group, { name, settings: view.settings, ...place });
    return createPod(scheduled(pod, view), why);
  });
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
