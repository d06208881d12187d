import { matchesLabels, type Pod, type PodAffinityTerm, requirementsOf } from "@heliostat/kube";
import { type NodeView, requiredDistances } from "./node-view.ts";
import { type NamespaceLabels, type PlacementRule, placeOf } from "./place.ts";

/** Whom a pod must be near, whom it must not be near, and who must not be near it (Kubernetes: InterPodAffinity). */
export function interPodRules(
  pod: Pod,
  nodes: readonly NodeView[],
  namespaces: NamespaceLabels,
): readonly PlacementRule[] {
  const near = pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...near.map((term) => nearRule(pod, term, { nodes, namespaces })),
    ...requiredDistances(pod).map((term) => farRule(pod, term, { nodes, namespaces })),
    existingPodsRule(pod, nodes, namespaces),
  ];
}

/** How many pods that the term means are at each place. */
export function placesWith(
  owner: Pod,
  term: PodAffinityTerm,
  { nodes, namespaces }: Surroundings,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const view of nodes) {
    const place = placeOf(view, term.topologyKey);
    const count = view.pods.filter((each) => isMeant(each, owner, { term, namespaces })).length;
    if (place !== undefined && count > 0) counts.set(place, (counts.get(place) ?? 0) + count);
  }
  return counts;
}

interface Surroundings {
  readonly nodes: readonly NodeView[];
  readonly namespaces: NamespaceLabels;
}

/** The first of pods that want to be together may go anywhere. */
function nearRule(pod: Pod, term: PodAffinityTerm, surroundings: Surroundings): PlacementRule {
  const places = placesWith(pod, term, surroundings);
  const isFirst = places.size === 0 && isMeant(pod, pod, { term, namespaces: surroundings.namespaces });
  return (view) => {
    const place = placeOf(view, term.topologyKey);
    const isNear = place !== undefined && (isFirst || places.has(place));
    return isNear ? undefined : "node(s) didn't match pod affinity rules";
  };
}

function farRule(pod: Pod, term: PodAffinityTerm, surroundings: Surroundings): PlacementRule {
  const places = placesWith(pod, term, surroundings);
  return (view) => {
    const place = placeOf(view, term.topologyKey);
    return place !== undefined && places.has(place)
      ? "node(s) didn't match pod anti-affinity rules"
      : undefined;
  };
}

/** What pods that are there already say about newcomers. */
function existingPodsRule(pod: Pod, nodes: readonly NodeView[], namespaces: NamespaceLabels): PlacementRule {
  const forbidden = new Set<string>();
  for (const view of nodes) {
    for (const other of view.aloof) {
      for (const term of requiredDistances(other)) {
        const place = placeOf(view, term.topologyKey);
        const isUnwanted = place !== undefined && isMeant(pod, other, { term, namespaces });
        if (isUnwanted) forbidden.add(`${term.topologyKey}=${place}`);
      }
    }
  }
  if (forbidden.size === 0) return () => undefined;
  return ({ node }) => {
    const labels = Object.entries(node.metadata.labels ?? {});
    const isForbidden = labels.some(([key, value]) => forbidden.has(`${key}=${value}`));
    return isForbidden ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
  };
}

/** Whether the term of `owner` means the pod. Without namespaces it means those of its owner's own. */
function isMeant(
  { metadata }: Pod,
  owner: Pod,
  { term, namespaces }: { readonly term: PodAffinityTerm; readonly namespaces: NamespaceLabels },
): boolean {
  const { labelSelector, namespaceSelector, namespaces: named = [] } = term;
  const { namespace = "" } = metadata;
  const isOwn = named.length === 0 && !namespaceSelector && namespace === owner.metadata.namespace;
  const isSelected =
    namespaceSelector !== undefined &&
    matchesLabels(requirementsOf(namespaceSelector), namespaces.get(namespace));
  if (!isOwn && !isSelected && !named.includes(namespace)) return false;
  return labelSelector !== undefined && matchesLabels(requirementsOf(labelSelector), metadata.labels);
}
