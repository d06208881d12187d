import { type Clock, isTerminating, type KubeObject, keyOf, nameOf, timestamp } from "@heliostat/kube";
import type { CacheReader, Index, WatchCache } from "@heliostat/watch-cache";

/** After this a cache that is being told things is believed even where it knows nothing of a deletion of ours. */
const PATIENCE_MS = 30_000;

/**
 * A cache as it will be once it has seen our own writes.
 *
 * A watch is always a little behind. Whoever plans from it alone creates twice and deletes twice; so what we have
 * written is laid over the cache until the cache has caught up with it.
 *
 * **Guarantees.** A view is never older than our last write to the object, however long the cache is cut off from the
 * API: whoever forgot a write after some time would make everything again in an outage that is longer. A deleted object
 * shows as terminating until the cache shows what became of it.
 *
 * **Assumptions.** Revisions are numbers that grow over all resources (Kubernetes promises this since 1.35, and has
 * always done so). Where they are none, a write is remembered until the cache holds that very revision. An API that was
 * set back to an earlier state needs its controllers started anew.
 */
export class PendingWrites<T extends KubeObject> implements CacheReader<T> {
  readonly #cache: WatchCache<T>;
  readonly #clock: Clock;
  readonly #writes = new Map<string, Write<T>>();

  constructor(cache: WatchCache<T>, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /** Remember an object as the API answered that it is stored. */
  written(object: T): void {
    this.#remember(object, false);
  }

  /** Remember that the API has accepted to delete the object under this key. */
  deleted(key: string): void {
    const object = this.get(key);
    if (!object || isTerminating(object)) return;
    const deletionTimestamp = timestamp(this.#clock.now());
    this.#remember({ ...object, metadata: { ...object.metadata, deletionTimestamp } }, true);
  }

  get(key: string): T | undefined {
    return this.#write(key)?.object ?? this.#cache.get(key);
  }

  list(): readonly T[] {
    return this.#over(this.#cache.list(), () => true);
  }

  byIndex(index: Index<T>, value: string): readonly T[] {
    return this.#over(this.#cache.byIndex(index, value), (object) => index.valuesOf(object).includes(value));
  }

  #over(cached: readonly T[], belongs: (object: T) => boolean): readonly T[] {
    const writes = [...this.#writes.keys()].flatMap((key) => this.#write(key) ?? []);
    if (writes.length === 0) return cached;
    const untouched = cached.filter((object) => !this.#writes.has(keyOf(nameOf(object))));
    return [...untouched, ...writes.map(({ object }) => object).filter(belongs)];
  }

  /** The write to this key, unless the cache has caught up with it. */
  #write(key: string): Write<T> | undefined {
    const write = this.#writes.get(key);
    if (!write || !this.#isShown(key, write)) return write;
    this.#writes.delete(key);
    return undefined;
  }

  #isShown(key: string, { object, isDeletion, untilMs, cacheRevision }: Write<T>): boolean {
    if (isDeletion && this.#clock.now() >= untilMs && this.#cache.revision !== cacheRevision) return true;
    const cached = this.#cache.get(key);
    const revision = object.metadata.resourceVersion ?? "";
    const isSeen = isAtLeast(this.#cache.revision, revision) || cached?.metadata.resourceVersion === revision;
    if (!isSeen || !isDeletion) return isSeen;
    return !cached || cached.metadata.uid !== object.metadata.uid || isTerminating(cached);
  }

  #remember(object: T, isDeletion: boolean): void {
    for (const key of [...this.#writes.keys()]) this.#write(key);
    const untilMs = this.#clock.now() + PATIENCE_MS;
    const cacheRevision = this.#cache.revision;
    this.#writes.set(keyOf(nameOf(object)), { object, isDeletion, untilMs, cacheRevision });
  }
}

interface Write<T extends KubeObject> {
  readonly object: T;
  readonly isDeletion: boolean;
  readonly untilMs: number;
  /** How far the cache was when it was remembered. */
  readonly cacheRevision: string;
}

function isAtLeast(left: string, right: string): boolean {
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left >= right : left.length > right.length;
}
