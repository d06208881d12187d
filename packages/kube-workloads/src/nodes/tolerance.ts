import { epochMsOf, type Pod } from "@heliostat/kube";
import { tolerates } from "../scheduler/taints.ts";
import type { SeenTaint } from "./taint-sightings.ts";

/**
 * When a pod has to leave its node because of what the node says of itself; `Infinity`: never. For each taint the first
 * toleration that means it counts, and the least patient of these decides (Kubernetes: taint eviction). A pod that came
 * later than the taint has its full time.
 */
export function toleratedUntilMs({ metadata, spec }: Pod, taints: readonly SeenTaint[]): number {
  const createdMs = epochMsOf(metadata.creationTimestamp ?? "") ?? 0;
  const ends = taints.map(({ taint, sinceMs }) => {
    const used = spec?.tolerations?.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return 0;
    const seconds = Math.max(0, used.tolerationSeconds ?? Number.POSITIVE_INFINITY);
    return Math.max(sinceMs, createdMs) + seconds * 1000;
  });
  return Math.min(Number.POSITIVE_INFINITY, ...ends);
}
