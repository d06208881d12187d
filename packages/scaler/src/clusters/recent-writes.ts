import type { KubeObject } from "@heliostat/kube";

/** What an object was and what a write has made of it. */
interface Write {
  readonly before: KubeObject;
  readonly after: KubeObject;
}

const MAX_WRITES = 10_000;

/**
 * Writes of which the watch has not told yet: whoever reads after a write finds it.
 *
 * A write counts as long as the cache still holds the very state that it was made from; anything else that the cache
 * holds is newer.
 */
export class RecentWrites {
  readonly #writes = new Map<string, Write>();

  note(key: string, { before, after }: Write): void {
    const known = this.#writes.get(key);
    // A write upon a write of ours: the cache may be behind both.
    const base = known && isSame(known.after, before) ? known.before : before;
    this.#writes.delete(key);
    this.#writes.set(key, { before: base, after });
    const [oldest] = this.#writes.keys();
    if (this.#writes.size > MAX_WRITES && oldest !== undefined) this.#writes.delete(oldest);
  }

  newest(key: string, cached: KubeObject | undefined): KubeObject | undefined {
    const write = this.#writes.get(key);
    if (!write) return cached;
    if (cached && isSame(cached, write.before)) return write.after;
    this.#writes.delete(key);
    return cached;
  }
}

function isSame({ metadata: left }: KubeObject, { metadata: right }: KubeObject): boolean {
  return left.uid === right.uid && left.resourceVersion === right.resourceVersion;
}
