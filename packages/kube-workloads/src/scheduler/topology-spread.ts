import {
  isTerminating,
  type LabelRequirement,
  matchesLabels,
  type Pod,
  requirementsOf,
  type TopologySpreadConstraint,
} from "@heliostat/kube";
import { matchesNodeAffinity } from "./node-affinity.ts";
import type { NodeView } from "./node-view.ts";
import { type PlacementRule, placeOf } from "./place.ts";
import { untoleratedTaint } from "./taints.ts";

const MISMATCH = "node(s) didn't match pod topology spread constraints";

/** The constraints of a pod that must hold: no place may have too many more of its kind than another. */
export function spreadRules(pod: Pod, nodes: readonly NodeView[]): readonly PlacementRule[] {
  const constraints = pod.spec?.topologySpreadConstraints ?? [];
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule")
    .map((constraint) => spreadRule(pod, constraint, nodes));
}

function spreadRule(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  nodes: readonly NodeView[],
): PlacementRule {
  const { topologyKey, maxSkew, minDomains = 1 } = constraint;
  const requirements = requirementsFor(pod, constraint);
  const counts = countsByPlace(pod, { constraint, requirements, nodes });
  const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
  const own = matchesLabels(requirements, pod.metadata.labels) ? 1 : 0;
  return (view) => {
    const place = placeOf(view, topologyKey);
    if (place === undefined) return `${MISMATCH} (missing required label)`;
    const skew = (counts.get(place) ?? 0) + own - (Number.isFinite(least) ? least : 0);
    return skew > maxSkew ? MISMATCH : undefined;
  };
}

interface Count {
  readonly constraint: TopologySpreadConstraint;
  readonly requirements: readonly LabelRequirement[];
  readonly nodes: readonly NodeView[];
}

/** Places that the pod may not use at all do not count (Kubernetes: `nodeAffinityPolicy`, `nodeTaintsPolicy`). */
function countsByPlace(pod: Pod, { constraint, requirements, nodes }: Count): ReadonlyMap<string, number> {
  const { topologyKey, nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" } = constraint;
  const counts = new Map<string, number>();
  for (const view of nodes) {
    const place = placeOf(view, topologyKey);
    const isExcluded =
      (nodeAffinityPolicy === "Honor" && !matchesNodeAffinity(pod, view.node)) ||
      (nodeTaintsPolicy === "Honor" && untoleratedTaint(pod, view.node) !== undefined);
    if (place === undefined || isExcluded) continue;
    const matching = view.pods.filter(
      (each) =>
        each.metadata.namespace === pod.metadata.namespace &&
        !isTerminating(each) &&
        matchesLabels(requirements, each.metadata.labels),
    );
    counts.set(place, (counts.get(place) ?? 0) + matching.length);
  }
  return counts;
}

/** An absent selector matches nothing. `matchLabelKeys` narrows it to the pod's own values. */
function requirementsFor(
  { metadata }: Pod,
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
): readonly LabelRequirement[] {
  if (!labelSelector) return [{ key: "", operator: "exists", values: [] }];
  const own = matchLabelKeys.flatMap((key): readonly LabelRequirement[] => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator: "in", values: [value] }];
  });
  return [...requirementsOf(labelSelector), ...own];
}
