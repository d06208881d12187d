import type { PodContext, RayPod } from "./pod-context.ts";

/** Step: a batch scheduler finds the pod's node, and is told what it needs to know for that. */
export function batchScheduling(pod: RayPod, { batchScheduler, cluster, groupName }: PodContext): RayPod {
  if (!batchScheduler) return pod;
  const { schedulerName, labels, annotations } = batchScheduler.podDecoration(cluster, groupName);
  const { metadata } = pod;
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(labels && { labels: { ...metadata.labels, ...labels } }),
      ...(annotations && { annotations: { ...metadata.annotations, ...annotations } }),
    },
    spec: { ...pod.spec, schedulerName },
  };
}
