import type { Pod } from "@heliostat/kube";
import { interPodRules } from "./inter-pod-affinity.ts";
import type { NodeView } from "./node-view.ts";
import type { NamespaceLabels, PlacementRule } from "./place.ts";
import { spreadRules } from "./topology-spread.ts";

/** What concerns a pod and the pods around it, in Kubernetes' order. Counted once, and then asked for each node. */
export function placementRules(
  pod: Pod,
  nodes: readonly NodeView[],
  namespaces: NamespaceLabels,
): readonly PlacementRule[] {
  return [...spreadRules(pod, nodes), ...interPodRules(pod, nodes, namespaces)];
}
