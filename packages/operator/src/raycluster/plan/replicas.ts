import type { Pod } from "@heliostat/kube";
import { LABEL, missingHostNames, type WorkerGroupSpec } from "@heliostat/ray";
import { byAge, endedBecause, groupOf, isAlive, isReady, isWorker } from "../pod-state.ts";
import { namesView } from "../view/name-floors.ts";
import type { RayClusterView } from "../view.ts";

/** What a group is scaled by: one worker, or the pods of several hosts that live and die together. */
export interface Replica {
  /** The label of its pods; the name of the only pod where there is one host. */
  readonly name: string;
  /** Those of its pods that nobody has asked to end. */
  readonly pods: readonly Pod[];
  /** How many pods make it whole. */
  readonly hosts: number;
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
  return [...replicas].map(([name, its]) => ({ name, pods: its, hosts: hostsOf(group) }));
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
export function brokenBecause(
  view: RayClusterView,
  group: WorkerGroupSpec,
  replica: Replica,
): string | undefined {
  const { name, pods, hosts } = replica;
  for (const pod of pods) {
    const reason = endedBecause(pod);
    if (reason) return pods.length > 1 ? `of ${pod.metadata.name} ${reason}` : reason;
  }
  if (missingHosts(view, group, replica)) return undefined;
  return `replica ${name} has ${pods.length} of ${hosts} hosts`;
}

/**
 * The names of the hosts that a replica still lacks, by host; none for one that is whole. `undefined`: it has lost a host
 * that was there, and hosts live and die together.
 *
 * One that is still being made is completed, and not removed as KubeRay does it: whoever else makes its pods at this
 * moment makes them under these very names, so that none is made twice.
 */
export function missingHosts(
  view: RayClusterView,
  group: WorkerGroupSpec,
  { name, pods, hosts }: Replica,
): ReadonlyMap<number, string> | undefined {
  if (pods.length === hosts) return new Map();
  return missingHostNames({ ...namesView(view, group.groupName), hosts }, name);
}

/** Whether it has all its hosts. */
export function isWhole({ pods, hosts }: Replica): boolean {
  return pods.length === hosts;
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

/** Whether a replica has all its hosts and every one is ready. */
export function isWholeReady(replica: Replica): boolean {
  return isWhole(replica) && replica.pods.every(isReady);
}

function byAgeOfReplica(one: Replica, other: Replica): number {
  const [first] = [...one.pods].sort(byAge);
  const [second] = [...other.pods].sort(byAge);
  return first && second ? byAge(first, second) : 0;
}

function replicaNameOf({ metadata }: Pod, group: WorkerGroupSpec): string {
  return (hostsOf(group) > 1 && metadata.labels?.[LABEL.replicaName]) || metadata.name;
}
