import type { Pod } from "@heliostat/kube";
import type { PodDecoration } from "./batch-scheduler.ts";

/** A pod with what its scheduler has to find on it. */
export function decoratedPod(pod: Pod, decoration: PodDecoration): Pod {
  const { labels, annotations, ...ofSpec } = decoration;
  const { metadata, spec = { containers: [] } } = pod;
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(labels && { labels: { ...metadata.labels, ...labels } }),
      ...(annotations && { annotations: { ...metadata.annotations, ...annotations } }),
    },
    spec: { ...spec, ...ofSpec },
  };
}
