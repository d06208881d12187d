import { nextNameFloor, type PodNamesView } from "@heliostat/ray";
import { isAlive } from "../pod-state.ts";
import { groupNames, type RayClusterView } from "../view.ts";

/** What the names of a group's next pods depend on. */
export function namesView({ cluster, pods, nameFloors }: RayClusterView, group: string): PodNamesView {
  return { cluster, group, pods, floor: nameFloors[group] ?? 0 };
}

/**
 * The numbers that are spent, by group, for the status to keep: so that a pod's name never comes back.
 *
 * @param leaving names of pods whose deletion this reconcile has asked for
 */
export function nextNameFloors(
  view: RayClusterView,
  leaving: readonly string[],
): Readonly<Record<string, number>> {
  const spent = new Set(view.pods.filter((pod) => !isAlive(pod)).map(({ metadata }) => metadata.name));
  const groups = groupNames(view.cluster);
  const now = groups.map(
    (group) => [group, nextNameFloor(namesView(view, group), [...spent, ...leaving])] as const,
  );
  return { ...view.nameFloors, ...Object.fromEntries(now.filter(([, floor]) => floor > 0)) };
}
