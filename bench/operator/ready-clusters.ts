import type { KubeClient } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";

/** Fulfilled once so many clusters have been ready. */
export async function allReady(client: KubeClient, count: number, signal: AbortSignal): Promise<void> {
  const ready = new Set<string>();
  for await (const { metadata, status } of changesOf(client, signal)) {
    if (status?.state === "ready") ready.add(metadata.name);
    if (ready.size === count) return;
  }
}

/** Every cluster as it is and as it becomes, across the ends of watches. */
async function* changesOf(client: KubeClient, signal: AbortSignal): AsyncGenerator<RayCluster> {
  while (!signal.aborted)
    for await (const event of client.watch(RAY_CLUSTERS, { signal }))
      if ("object" in event && event.type !== "DELETED") yield event.object;
}
