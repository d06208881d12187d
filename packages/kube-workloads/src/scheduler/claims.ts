import { isTerminating, keyOf, type PersistentVolumeClaim, type Pod } from "@heliostat/kube";

/** Claims by namespace and name. */
export type Claims = ReadonlyMap<string, PersistentVolumeClaim>;

/** Why no node at all is for a pod, in Kubernetes' words: a claim that it mounts is not there. */
export function claimProblem({ metadata, spec }: Pod, claims: Claims): string | undefined {
  const { namespace = "" } = metadata;
  for (const { persistentVolumeClaim: source } of spec?.volumes ?? []) {
    if (!source) continue;
    const claim = claims.get(keyOf({ namespace, name: source.claimName }));
    if (!claim) return `persistentvolumeclaim "${source.claimName}" not found`;
    if (isTerminating(claim)) return `persistentvolumeclaim "${source.claimName}" is being deleted`;
  }
  return undefined;
}
