import { keyOf, nameOf, type Pod } from "@heliostat/kube";
import type { CacheReader } from "@heliostat/watch-cache";

/**
 * Pods for which a node was chosen while the cache still shows none: between the choice and what the watch says of it
 * other pods are looked at, and the room must not be given away twice.
 */
export class AssumedPods {
  readonly #nodeNames = new Map<string, { readonly pod: Pod; readonly nodeName: string }>();

  assume(pod: Pod, nodeName: string): void {
    this.#nodeNames.set(uidOf(pod), { pod, nodeName });
  }

  /** The binding failed. */
  forget(pod: Pod): void {
    this.#nodeNames.delete(uidOf(pod));
  }

  has(pod: Pod): boolean {
    return this.#nodeNames.has(uidOf(pod));
  }

  /** The pods assumed to be on a node that `cached` does not show there yet. */
  on(nodeName: string, cached: CacheReader<Pod>): readonly Pod[] {
    for (const [uid, { pod }] of this.#nodeNames) if (isSettled(pod, cached)) this.#nodeNames.delete(uid);
    return [...this.#nodeNames.values()].flatMap((assumed) =>
      assumed.nodeName === nodeName ? [assumed.pod] : [],
    );
  }
}

/** Whether the cache tells by itself what became of the pod. */
function isSettled(pod: Pod, cached: CacheReader<Pod>): boolean {
  const now = cached.get(keyOf(nameOf(pod)));
  return !now || now.metadata.uid !== pod.metadata.uid || Boolean(now.spec?.nodeName);
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
}
