import type { Pod } from "@heliostat/kube";
import type { Index } from "@heliostat/watch-cache";
import { hasEnded } from "../pods/pod-state.ts";

/** Pods that have not ended, by the node that they are bound to. */
export const PODS_BY_NODE: Index<Pod> = {
  name: "pods that have not ended, by node",
  valuesOf: (pod) => (hasEnded(pod) || !pod.spec?.nodeName ? [] : [pod.spec.nodeName]),
};
