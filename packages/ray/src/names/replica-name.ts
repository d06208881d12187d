const MAX_LABEL_LENGTH = 63;
const SUFFIX = /-([a-z0-9]{5})$/;

/**
 * The name of a replica of several hosts, `{group}-{suffix}`, of which the label of its pods has 63 characters
 * (KubeRay's form, with a random suffix).
 *
 * The suffix is that of the pod which is made for its first host. So a replica's name follows from the view that its
 * pods' names follow from, and comes back as little as they do.
 *
 * @param firstPodName one of `podNames`
 */
export function replicaName(group: string, firstPodName: string): string {
  const suffix = suffixOf(firstPodName);
  if (!suffix) throw new Error(`Cannot name a replica after pod "${firstPodName}": it has no suffix`);
  return `${group.slice(0, MAX_LABEL_LENGTH - suffix.length - 1)}-${suffix}`;
}

/** The five characters at the end of a pod's or a replica's name, which stand for its number. */
export function suffixOf(name: string): string | undefined {
  return SUFFIX.exec(name)?.[1];
}
