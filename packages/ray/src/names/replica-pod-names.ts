import { isTerminating, type Pod } from "@heliostat/kube";
import { LABEL } from "../vocabulary/labels.ts";
import { nameOfNumber, numberOfSuffix, type PodNamesView, refusedNames } from "./pod-names.ts";
import { suffixOf } from "./replica-name.ts";

/** A group whose replicas have several hosts, as somebody has just seen it. */
export interface ReplicaNamesView extends PodNamesView {
  /** Pods of one replica. */
  readonly hosts: number;
}

/**
 * Names for the pods of the next `count` replicas, one list a replica, by host.
 *
 * Flow: as with `podNames`, but that a replica takes as many numbers in a row as it has hosts. Its own name has the
 * suffix of the first (see `replicaName`), so one pod of it tells the names of all.
 *
 * Guarantees: a view that shows only some of the pods of replicas just created gives the same names to the others, here
 * or in {@link missingHostNames}: whoever creates twice makes no surplus pod.
 */
export function replicaPodNames(
  view: ReplicaNamesView & { readonly count: number },
): readonly (readonly string[])[] {
  const refused = new Set([...refusedNames(view), ...namesOfLivingReplicas(view)]);
  const replicas: (readonly string[])[] = [];
  for (let number = view.floor + 1; replicas.length < view.count; ) {
    const names = hostNames(view, number);
    const isFree = !names.some((name) => refused.has(name));
    if (isFree) replicas.push(names);
    number += isFree ? view.hosts : 1;
  }
  return replicas;
}

/**
 * The names of the hosts that a replica has yet to get, by host; `undefined` when it can no longer become whole: a host
 * that is missing has been there before, or somebody else has named the replica.
 *
 * @param replica the label of its pods
 */
export function missingHostNames(
  view: ReplicaNamesView,
  replica: string,
): ReadonlyMap<number, string> | undefined {
  const base = firstNumber(view, replica);
  if (base === undefined) return undefined;
  const refused = refusedNames(view);
  const left = new Map(
    view.pods.filter((pod) => replicaOf(pod) === replica).map((pod) => [nameOf(pod), pod]),
  );
  const missing = new Map<number, string>();
  for (const [host, name] of hostNames(view, base).entries()) {
    const pod = left.get(name);
    left.delete(name);
    if (pod && isAliveAt(pod, host)) continue;
    // What is not above the floor has been given, and has gone since.
    if (pod || base + host <= view.floor || refused.has(name)) return undefined;
    missing.set(host, name);
  }
  return left.size > 0 ? undefined : missing;
}

function namesOfLivingReplicas(view: ReplicaNamesView): readonly string[] {
  return [...new Set(view.pods.filter((pod) => isOfGroup(pod, view)).map(replicaOf))].flatMap((replica) => {
    const base = replica && firstNumber(view, replica);
    return base ? hostNames(view, base) : [];
  });
}

function hostNames(view: ReplicaNamesView, first: number): readonly string[] {
  return Array.from({ length: view.hosts }, (_, host) => nameOfNumber(view, first + host));
}

function firstNumber(view: ReplicaNamesView, replica: string): number | undefined {
  const suffix = suffixOf(replica);
  return suffix === undefined ? undefined : numberOfSuffix(view, suffix);
}

function isAliveAt(pod: Pod, host: number): boolean {
  return !isTerminating(pod) && pod.metadata.labels?.[LABEL.hostIndex] === String(host);
}

function isOfGroup({ metadata }: Pod, { group }: PodNamesView): boolean {
  return metadata.labels?.[LABEL.group] === group;
}

function replicaOf({ metadata }: Pod): string | undefined {
  return metadata.labels?.[LABEL.replicaName];
}

function nameOf({ metadata }: Pod): string {
  return metadata.name;
}
