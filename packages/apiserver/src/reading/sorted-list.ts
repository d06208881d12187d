import { type KubeObject, keyOf, nameOf } from "@heliostat/kube";
import type { WatchCache } from "@heliostat/watch-cache";

/**
 * A cache's objects in Kubernetes' order, by namespace and name. It is sorted at the first question after a change, so
 * that a list of thousands costs a walk and no more.
 */
export class SortedList<T extends KubeObject> {
  readonly #cache: WatchCache<T>;
  readonly #belongs: (object: T) => boolean;
  #entries: readonly Entry<T>[] | undefined;

  constructor(cache: WatchCache<T>, belongs: (object: T) => boolean) {
    this.#cache = cache;
    this.#belongs = belongs;
    cache.onChange(() => {
      this.#entries = undefined;
    });
  }

  /** The objects of one namespace, or of all; only those after `key`, if one is given. */
  entries({
    namespace,
    after,
  }: {
    readonly namespace?: string;
    readonly after?: string;
  }): readonly Entry<T>[] {
    const all = this.#all();
    // "0" follows "/": no key of the namespace lies at or beyond it.
    const first = namespace === undefined ? 0 : indexOf(all, `${namespace}/`);
    const end = namespace === undefined ? all.length : indexOf(all, `${namespace}0`);
    const start = after === undefined ? first : Math.max(first, indexOf(all, `${after}\0`));
    return all.slice(start, end);
  }

  #all(): readonly Entry<T>[] {
    this.#entries ??= this.#cache
      .list()
      .filter(this.#belongs)
      .map((object) => ({ key: keyOf(nameOf(object)), object }))
      .sort((left, right) => (left.key < right.key ? -1 : 1));
    return this.#entries;
  }
}

export interface Entry<T> {
  readonly key: string;
  readonly object: T;
}

/** Where the first key lies that is not before `key`. */
function indexOf(entries: readonly Entry<unknown>[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && entry.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
