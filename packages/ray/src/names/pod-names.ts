import { isTerminating, type Pod } from "@heliostat/kube";
import type { RayCluster } from "../raycluster/types.ts";
import { HEAD_GROUP, LABEL } from "../vocabulary/labels.ts";
import { podPrefix } from "./bounded-names.ts";
import { type NameSequence, nameSequence } from "./name-sequence.ts";

/** One group of one cluster, as somebody has just seen it. */
export interface PodNamesView {
  readonly cluster: RayCluster;
  /** Name of the worker group; {@link HEAD_GROUP} for the head. */
  readonly group: string;
  /** All pods of the cluster that are known, of whatever group and state. */
  readonly pods: readonly Pod[];
  /** The last answer of {@link nextNameFloor} for this group; 0 at first. */
  readonly floor: number;
}

/**
 * Names for the next `count` pods of a group: `{cluster}-head-{suffix}` or `{cluster}-{group}-worker-{suffix}`, at most
 * 63 characters (KubeRay's form, whose suffixes are random).
 *
 * Flow: the pods of a group are numbered from 1, and a number makes one suffix (see {@link nameSequence}; uid and group
 * are the seed). The first numbers above the floor are taken whose names are free: no pod in view has them and no
 * `workersToDelete` lists them.
 *
 * Guarantees: the same view gives the same names. So whoever creates twice, because of a crash or because the view has
 * not caught up with what was created, meets AlreadyExists and makes no surplus pod; a view that shows only some of the
 * pods just created gives the names of the others. A later cluster of the same name has other names.
 *
 * Assumptions: `floor` comes from {@link nextNameFloor}. One that lags lets a name come back; one that ran ahead of the
 * pods in view would make surplus pods.
 *
 * Caveats: a pod that comes and goes between two views leaves no trace, and its name may come back. So may every name
 * after fourteen million pods of one group.
 */
export function podNames(view: PodNamesView & { readonly count: number }): readonly string[] {
  const refused = refusedNames(view);
  const names: string[] = [];
  for (let number = view.floor + 1; names.length < view.count; number += 1) {
    const name = nameOfNumber(view, number);
    if (!refused.has(name)) names.push(name);
  }
  return names;
}

/** The names that no new pod of the cluster may have. */
export function refusedNames({ pods, cluster }: PodNamesView): ReadonlySet<string> {
  return new Set([...pods.map(({ metadata }) => metadata.name), ...workersToDelete(cluster)]);
}

/** The name that a number stands for in a group. */
export function nameOfNumber(view: PodNamesView, number: number): string {
  return `${namePrefix(view)}${sequence(view).suffixOf(number)}`;
}

/** The number whose name ends with this suffix; `undefined` when no number near the floor does. */
export function numberOfSuffix(view: PodNamesView, suffix: string): number | undefined {
  const number = sequence(view).numberOf(suffix);
  return number === undefined || number > view.floor + HORIZON ? undefined : number;
}

/**
 * The floor to pass to {@link podNames} from now on: all numbers up to it are spent. It never sinks.
 *
 * Keep the greatest answer for each group, in memory and where a restart finds it; it is soon enough to write it with
 * the next change of the cluster's status.
 *
 * The floor rises past the numbers in view up to the first gap, since behind a gap there may be a pod that was created
 * and is not yet in view. It rises past a gap only for a pod that leaves, whose name must not come back. A name that
 * `workersToDelete` lists is no gap: nobody is created under it.
 *
 * @param leaving names of pods that are about to be deleted, beside those whose deletion is already in view
 */
export function nextNameFloor(view: PodNamesView, leaving: readonly string[] = []): number {
  const ours = numberedPods(view);
  const isLeaving = (pod: Pod) => isTerminating(pod) || leaving.includes(pod.metadata.name);
  const spent = ours.filter(({ pod }) => isLeaving(pod)).map(({ number }) => number);
  const seen = new Set(ours.map(({ number }) => number));
  const listed = new Set(workersToDelete(view.cluster));
  let floor = Math.max(view.floor, ...spent);
  for (let number = floor + 1; ; number += 1) {
    if (seen.has(number)) floor = number;
    else if (!listed.has(nameOfNumber(view, number))) return floor;
  }
}

/** Random suffixes that KubeRay gave read as numbers anywhere in the sequence; those we gave are never this far ahead. */
const HORIZON = 100_000;

/** The group's pods whose names come from {@link podNames}, with their numbers. */
function numberedPods(view: PodNamesView): readonly { readonly pod: Pod; readonly number: number }[] {
  const prefix = namePrefix(view);
  return view.pods
    .filter(
      ({ metadata }) => metadata.labels?.[LABEL.group] === view.group && metadata.name.startsWith(prefix),
    )
    .flatMap((pod) => {
      const number = numberOfSuffix(view, pod.metadata.name.slice(prefix.length));
      return number === undefined ? [] : [{ pod, number }];
    });
}

function sequence({ cluster, group }: PodNamesView): NameSequence {
  const seed = `${cluster.metadata.uid ?? ""}/${group}`;
  const known = KNOWN.get(seed);
  if (known) return known;
  const made = nameSequence(seed);
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
  KNOWN.set(seed, made);
  return made;
}

/** Sequences by their seed: to make one is work, and a cluster that comes up asks for its own at every look. */
const KNOWN = new Map<string, NameSequence>();
const MAX_KNOWN = 2000;

function namePrefix({ cluster: { metadata }, group }: PodNamesView): string {
  return group === HEAD_GROUP
    ? `${podPrefix(metadata.name)}-head-`
    : `${podPrefix(`${metadata.name}-${group}`)}-worker-`;
}

function workersToDelete({ spec }: RayCluster): readonly string[] {
  return (spec.workerGroupSpecs ?? []).flatMap(({ scaleStrategy }) => scaleStrategy?.workersToDelete ?? []);
}
