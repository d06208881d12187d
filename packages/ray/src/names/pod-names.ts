import { isTerminating, type Pod } from "@heliostat/kube";
import { sha1 } from "../hash/sha1.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { HEAD_GROUP, LABEL } from "../vocabulary/labels.ts";
import { podPrefix } from "./bounded-names.ts";

/** One group of one cluster, as somebody has just seen it. */
export interface PodNamesView {
  readonly cluster: RayCluster;
  /** Name of the worker group; {@link HEAD_GROUP} for the head. */
  readonly group: string;
  /** All pods of the cluster that are known, of whatever group and state. */
  readonly pods: readonly Pod[];
  /** The last answer of {@link nextNameFloor} for this group. 0 at first. */
  readonly floor: number;
}

/**
 * Names for the next `count` pods of a group: `{cluster}-head-{suffix}` or `{cluster}-{group}-worker-{suffix}`, at most
 * 63 characters (KubeRay's form, whose suffixes are random).
 *
 * Flow: pods of a group are numbered from 1. A number makes one suffix, and no two numbers make the same, since the
 * suffix is the number moved about in its range of 27^5 by a step that the cluster's uid and the group determine. The
 * free numbers above the floor are taken in order; free means that no pod in view bears the name and no
 * `workersToDelete` lists it.
 *
 * Guarantees: the same view gives the same names. So whoever creates twice, because of a crash or because the view has
 * not caught up with what was created, meets AlreadyExists and no surplus pod. A view that shows only some of the pods
 * just created gives the names of the others. A cluster of the same name made later has other names.
 *
 * Assumptions: `floor` comes from {@link nextNameFloor}. It may lag (then a name may come back), it must not run ahead
 * of the view (then a view that lags makes a surplus pod).
 *
 * Caveats: a pod that came and went between two views leaves no trace, and its name may come back. So may all names
 * after 14,348,907 pods of one group.
 */
export function podNames(view: PodNamesView & { readonly count: number }): readonly string[] {
  const refused = new Set([...view.pods.map(({ metadata }) => metadata.name), ...workersToDelete(view.cluster)]);
  const names: string[] = [];
  for (let number = view.floor + 1; names.length < view.count; number += 1) {
    const name = podName(view, number);
    if (!refused.has(name)) {
      refused.add(name);
      names.push(name);
    }
  }
  return names;
}

/**
 * The floor to pass to {@link podNames} from now on, given what is in view. It never sinks.
 *
 * Keep the greatest answer for each group, in memory and where a restart finds it: write it with the next change of the
 * cluster's status. An answer that is lost costs at most that a name comes back.
 *
 * The floor rises past numbers without a gap that are in view, and past those of pods that leave: without the former a
 * pod removed at once would give its name back, without the latter one removed while an earlier number still waits for
 * its pod. It does not rise past a gap otherwise, since there a pod may have been created that is not yet in view.
 *
 * @param leaving names of pods that are about to be deleted, beside those whose deletion is already in view
 */
export function nextNameFloor(view: PodNamesView, leaving: readonly string[] = []): number {
  const gone = new Set(leaving);
  const numbers = new Set<number>();
  let floor = view.floor;
  for (const pod of view.pods) {
    const number = numberOf(view, pod);
    if (number === undefined) continue;
    numbers.add(number);
    if (isTerminating(pod) || gone.has(pod.metadata.name)) floor = Math.max(floor, number);
  }
  while (numbers.has(floor + 1)) floor += 1;
  return floor;
}

/** KubeRay's alphabet of random suffixes: no vowels and nothing that looks like something else. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const RANGE = ALPHABET.length ** SUFFIX_LENGTH;

/** Pods that KubeRay named have random suffixes, which read as numbers far away. None of ours can be this far ahead. */
const HORIZON = 100_000;

function podName(view: PodNamesView, number: number): string {
  return `${namePrefix(view)}${suffix((offset(view) + (number % RANGE) * stride(view)) % RANGE)}`;
}

/** The number that makes this pod's name, if it is one of this group's that can have been given out. */
function numberOf(view: PodNamesView, { metadata }: Pod): number | undefined {
  const prefix = namePrefix(view);
  if (metadata.labels?.[LABEL.group] !== view.group || !metadata.name.startsWith(prefix)) return undefined;
  const value = suffixValue(metadata.name.slice(prefix.length));
  if (value === undefined) return undefined;
  return;
}

function namePrefix({ cluster, group }: PodNamesView): string {
  const name = cluster.metadata.name;
  return group === HEAD_GROUP ? `${podPrefix(name)}-head-` : `${podPrefix(`${name}-${group}`)}-worker-`;
}
