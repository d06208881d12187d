import { groupSize, MAX_INT32 } from "./defaults.ts";
import type { RayCluster, WorkerGroupSpec } from "./types.ts";

/**
 * How many worker pods there should be, and between which bounds the autoscaler may move: all groups together. Groups
 * that are suspended count nothing; the maximum stops at what the API's fields can hold.
 */
export function desiredWorkers({ spec }: RayCluster): {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
} {
  const groups = (spec.workerGroupSpecs ?? []).filter(({ suspend }) => !suspend);
  const sizes = groups.map(groupSize);
  return {
    desired: sum(groups.map(desiredPods)),
    min: sum(sizes.map(({ minReplicas, numOfHosts }) => minReplicas * numOfHosts)),
    max: Math.min(MAX_INT32, sum(sizes.map(({ maxReplicas, numOfHosts }) => maxReplicas * numOfHosts))),
  };
}

/** How many pods a group should have: its replicas times the hosts of each. */
export function desiredPods(group: WorkerGroupSpec): number {
  return desiredReplicas(group) * groupSize(group).numOfHosts;
}

/** The fewest pods that a group may have: its lower bound times the hosts of each replica, none while it is suspended. */
export function minPods(group: WorkerGroupSpec): number {
  const { minReplicas, numOfHosts } = groupSize(group);
  return group.suspend ? 0 : minReplicas * numOfHosts;
}

/**
 * How many replicas a group should have: `replicas` kept between its bounds, the lower bound when there is no such
 * number, none while the group is suspended (KubeRay rule).
 */
export function desiredReplicas(group: WorkerGroupSpec): number {
  if (group.suspend) return 0;
  const { replicas, minReplicas, maxReplicas } = groupSize(group);
  if (replicas === undefined || replicas < minReplicas) return minReplicas;
  return Math.min(replicas, maxReplicas);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
