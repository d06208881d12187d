import type { Pod } from "@heliostat/kube";
import { LABEL, type WorkerGroupSpec } from "@heliostat/ray";
import { byAge, endedBecause, groupOf, isAlive, isReady, isWorker } from "./pod-state.ts";
import type { RayClusterView } from "./view.ts";

/** What a group is scaled by: one worker, or the pods of several hosts that live and die together. */
export interface Replica {
  /** The label of its pods; the name of the only pod where there is one host. */
  readonly name: string;
  /** Those of its pods that nobody has asked to end. */
  readonly pods: readonly Pod[];
}

/** The living replicas of a group. */
export function replicasOf({ pods }: RayClusterView, group: WorkerGroupSpec): readonly Replica[] {
  const alive = pods.filter((pod) => isWorker(pod) && groupOf(pod) === group.groupName && isAlive(pod));
  const replicas = new Map<string, Pod[]>();
  for (const pod of alive) {
    const name = replicaNameOf(pod, group);
    const replica = replicas.get(name);
    if (replica) replica.push(pod);
    else replicas.set(name, [pod]);
  }
  return [...replicas].map(([name, its]) => ({ name, pods: its }));
}

/** Pods of one replica of a group. */
export function hostsOf({ numOfHosts = 1 }: WorkerGroupSpec): number {
  return Math.max(1, numOfHosts);
}

/** The number of a pod's replica in its group; -1 for a pod without one. */
export function indexOf({ metadata }: Pod): number {
  return Number(metadata.labels?.[LABEL.replicaIndex] ?? -1);
}

/** Why a replica will never do its work again; `undefined` while there is hope. */
export function brokenBecause({ name, pods }: Replica, group: WorkerGroupSpec): string | undefined {
  for (const pod of pods) {
    const reason = endedBecause(pod);
    if (reason) return pods.length > 1 ? `of ${pod.metadata.name} ${reason}` : reason;
  }
  const hosts = hostsOf(group);
  if (pods.length === hosts) return undefined;
  return `replica ${name} has ${pods.length} of ${hosts} hosts`;
}

/**
 * The replicas that go when only `wanted` may stay: those that are not ready first, then those made from an older spec,
 * then the longest idle, then the newest.
 */
export function surplusOf(
  replicas: readonly Replica[],
  wanted: number,
  { idleSeconds }: Pick<RayClusterView, "idleSeconds">,
): readonly Replica[] {
  const idleOf = ({ pods }: Replica) =>
    Math.min(...pods.map(({ metadata }) => idleSeconds.get(metadata.name) ?? 0));
  const byUse = (one: Replica, other: Replica) =>
    Number(isWholeReady(other)) - Number(isWholeReady(one)) ||
    idleOf(one) - idleOf(other) ||
    byAgeOfReplica(one, other);
  return [...replicas].sort(byUse).slice(Math.max(wanted, 0));
}

/** Whether every host of a replica is ready. */
export function isWholeReady({ pods }: Replica): boolean {
  return pods.every(isReady);
}

function byAgeOfReplica(one: Replica, other: Replica): number {
  const [first] = [...one.pods].sort(byAge);
  const [second] = [...other.pods].sort(byAge);
  return first && second ? byAge(first, second) : 0;
}

function replicaNameOf({ metadata }: Pod, group: WorkerGroupSpec): string {
  return (hostsOf(group) > 1 && metadata.labels?.[LABEL.replicaName]) || metadata.name;
}
