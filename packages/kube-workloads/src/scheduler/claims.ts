import { keyOf, type PersistentVolumeClaim, type Pod } from "@heliostat/kube";
import type { CacheReader } from "@heliostat/watch-cache";

/** Why no node will do for a pod as long as a claim that it names is not there (Kubernetes' words). */
export function missingClaim(
  { metadata: { namespace }, spec }: Pod,
  claims: CacheReader<PersistentVolumeClaim>,
  nodeCount: number,
): string | undefined {
  const named = (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : [],
  );
  const missing = named.find((name) => !claims.get(keyOf({ name, ...(namespace && { namespace }) })));
  if (missing === undefined) return undefined;
  const nodes = `0/${nodeCount} nodes are available`;
  return `${nodes}: persistentvolumeclaim "${missing}" not found. preemption: ${nodes}: ${nodeCount} Preemption is not helpful for scheduling.`;
}
