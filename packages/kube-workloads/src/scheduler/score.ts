import { type Amounts, controllerOf, type Pod } from "@heliostat/kube";
import { placesWith } from "./inter-pod-affinity.ts";
import { matchesNodeTerm } from "./node-affinity.ts";
import type { NodeView } from "./node-view.ts";
import { type NamespaceLabels, placeOf } from "./place.ts";
import { allocatableOf } from "./requests.ts";
import { hasDisliked } from "./taints.ts";

/** How much each wish weighs beside the free room of a node (Kubernetes' default weights). */
const TAINT_WEIGHT = 3;
const AFFINITY_WEIGHT = 2;
const SPREAD_WEIGHT = 2;

/** How good a node is for a pod; only to be compared with the scores of other nodes for the same pod. */
export type Score = (view: NodeView) => number;

/** Room first; then what the pod would rather have, and its siblings elsewhere. */
export function scoreFor(
  pod: Pod,
  requests: Amounts,
  { nodes, namespaces }: { readonly nodes: readonly NodeView[]; readonly namespaces: NamespaceLabels },
): Score {
  const wishes: readonly Score[] = [
    scaled(nodeWish(pod), nodes, AFFINITY_WEIGHT),
    scaled(podWish(pod, nodes, namespaces), nodes, AFFINITY_WEIGHT),
    scaled((view) => -siblingsOn(pod, view), nodes, SPREAD_WEIGHT),
    (view) => (hasDisliked(pod, view.node) ? -TAINT_WEIGHT : 0),
  ];
  return (view) => wishes.reduce((total, wish) => total + wish(view), freeShare(requests, view));
}

/** From 0 for the worst node to `weight` for the best. */
function scaled(score: Score, nodes: readonly NodeView[], weight: number): Score {
  const all = nodes.map(score);
  const least = all.reduce((left, right) => Math.min(left, right), Number.POSITIVE_INFINITY);
  const most = all.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY);
  if (most <= least) return () => 0;
  return (view) => (weight * (score(view) - least)) / (most - least);
}

function nodeWish({ spec }: Pod): Score {
  const terms = spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return ({ node }) =>
    terms.reduce(
      (total, { weight, preference }) => total + (matchesNodeTerm(preference, node) ? weight : 0),
      0,
    );
}

function podWish(pod: Pod, nodes: readonly NodeView[], namespaces: NamespaceLabels): Score {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  const near = podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const far = podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [
    ...near.map(({ weight, podAffinityTerm }) => ({ weight, term: podAffinityTerm })),
    ...far.map(({ weight, podAffinityTerm }) => ({ weight: -weight, term: podAffinityTerm })),
  ].map(({ weight, term }) => ({ weight, term, places: placesWith(pod, term, { nodes, namespaces }) }));
  return (view) =>
    terms.reduce(
      (total, { weight, term, places }) =>
        total + weight * (places.get(placeOf(view, term.topologyKey) ?? "") ?? 0),
      0,
    );
}

/** Pods of the same controller are better apart. */
function siblingsOn(pod: Pod, { pods }: NodeView): number {
  const owner = controllerOf(pod)?.uid;
  if (owner === undefined) return 0;
  return pods.filter((each) => controllerOf(each)?.uid === owner).length;
}

/** The mean share of cpu and memory that would still be free. */
function freeShare(requests: Amounts, { node, used }: NodeView): number {
  const allocatable = allocatableOf(node);
  const shares = ["cpu", "memory"].map((name) => {
    const all = allocatable.get(name) ?? 0;
    return all === 0 ? 0 : (all - (used.get(name) ?? 0) - (requests.get(name) ?? 0)) / all;
  });
  return shares.reduce((total, share) => total + share, 0) / shares.length;
}
