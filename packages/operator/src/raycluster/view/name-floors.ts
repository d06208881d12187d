import type { Outcome } from "@heliostat/controller";
import { nextNameFloor, type PodNamesView } from "@heliostat/ray";
import { isAlive } from "../pod-state.ts";
import { groupNames, type RayClusterView } from "../view.ts";

/** What the names of a group's next pods depend on. */
export function namesView({ cluster, pods, nameFloors }: RayClusterView, group: string): PodNamesView {
  return { cluster, group, pods, floor: nameFloors[group] ?? 0 };
}

/**
 * The numbers that are spent, by group, for the status to keep: so that a pod's name never comes back. The pods whose
 * deletion a plan has asked for are leaving, whatever the view still says of them.
 */
export function nextNameFloors(
  view: RayClusterView,
  { done }: Pick<Outcome, "done">,
): Readonly<Record<string, number>> {
  const leaving = done.flatMap((action) => (action.do === "delete" ? [action.target.name] : []));
  const spent = new Set(view.pods.filter((pod) => !isAlive(pod)).map(({ metadata }) => metadata.name));
  const groups = groupNames(view.cluster);
  const now = groups.map(
    (group) => [group, nextNameFloor(namesView(view, group), [...spent, ...leaving])] as const,
  );
  return { ...view.nameFloors, ...Object.fromEntries(now.filter(([, floor]) => floor > 0)) };
}
