import type { KubeObject } from "@heliostat/kube";

/** What a write has made of an object, and the states of it that are known to be older. */
interface Write {
  readonly older: ReadonlySet<string>;
  readonly after: KubeObject;
}

const MAX_WRITES = 10_000;

/**
 * Writes of which the watch has not told yet: whoever reads after a write finds it.
 *
 * A write counts as long as the cache holds a state that is known to be older; anything else that the cache holds is
 * taken to be newer.
 */
export class RecentWrites {
  readonly #writes = new Map<string, Write>();

  /** `older` are states from before the write: what it was made from, and what the cache held. */
  note(key: string, after: KubeObject, older: readonly (KubeObject | undefined)[]): void {
    const known = this.#writes.get(key);
    const states = older.flatMap((object) => (object ? [stateOf(object)] : []));
    // A write upon a write of ours: the cache may be behind both.
    const isUponOurs = known !== undefined && states.includes(stateOf(known.after));
    this.#writes.delete(key);
    this.#writes.set(key, { after, older: new Set([...states, ...(isUponOurs ? known.older : [])]) });
    const [oldest] = this.#writes.size > MAX_WRITES ? this.#writes.keys() : [];
    if (oldest !== undefined) this.#writes.delete(oldest);
  }

  newest(key: string, cached: KubeObject | undefined): KubeObject | undefined {
    const write = this.#writes.get(key);
    if (!write) return cached;
    if (cached && write.older.has(stateOf(cached))) return write.after;
    this.#writes.delete(key);
    return cached;
  }
}

function stateOf({ metadata }: KubeObject): string {
  return `${metadata.uid}@${metadata.resourceVersion}`;
}
