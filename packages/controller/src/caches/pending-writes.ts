import { type Clock, isTerminating, type KubeObject, keyOf, nameOf, timestamp } from "@heliostat/kube";
import type { CacheReader, Index, RunningInformer } from "@heliostat/watch-cache";

/** After this, twice, a cache that is told of other things is believed where it knows nothing of a deletion of ours. */
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
  readonly #cache: RunningInformer<T>;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #writes = new Map<string, Write<T>>();
  /** The keys of writes by value, for each index that somebody has asked for. */
  readonly #indices = new Map<
    string,
    { readonly index: Index<T>; readonly keys: Map<string, Set<string>> }
  >();

  constructor(cache: RunningInformer<T>, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /**
   * Remember an object as the API answered that it is stored, or as much of it as the cache will hold: nobody shall read
   * for a moment what is not there later.
   */
  written(object: T): void {
    this.#remember({ object: this.#cache.kept(object), isDeletion: false });
  }

  /** Remember that the API has accepted to delete the object under this key. */
  deleted(key: string): void {
    const object = this.get(key);
    if (!object || isTerminating(object)) return;
    const deletionTimestamp = timestamp(this.#clock.now());
    const terminating = { ...object, metadata: { ...object.metadata, deletionTimestamp } };
    this.#remember({ object: terminating, isDeletion: true });
  }

  get(key: string): T | undefined {
    return this.#write(key)?.object ?? this.#cache.get(key);
  }

  list(): readonly T[] {
    return this.#over(this.#cache.list(), [...this.#writes.keys()]);
  }

  byIndex(index: Index<T>, value: string): readonly T[] {
    const cached = this.#cache.byIndex(index, value);
    return this.#writes.size === 0 ? cached : this.#over(cached, [...(this.#keysBy(index).get(value) ?? [])]);
  }

  /** What is cached, but for objects that we have written since, and the writes under these keys. */
  #over(cached: readonly T[], keys: readonly string[]): readonly T[] {
    const writes = keys.flatMap((key) => this.#write(key)?.object ?? []);
    const untouched = cached.filter((object) => !this.#write(keyOf(nameOf(object))));
    return [...untouched, ...writes];
  }

  /** The write to this key, unless the cache has caught up with it. */
  #write(key: string): Write<T> | undefined {
    const write = this.#writes.get(key);
    if (!write || !this.#isShown(key, write)) return write;
    this.#forget(key, write);
    return undefined;
  }

  #isShown(key: string, write: Write<T>): boolean {
    const { object, isDeletion } = write;
    if (isDeletion && this.#isGivenUp(write)) return true;
    const cached = this.#cache.get(key);
    const revision = object.metadata.resourceVersion ?? "";
    const isSeen = isAtLeast(this.#cache.revision, revision) || cached?.metadata.resourceVersion === revision;
    if (!isSeen || !isDeletion) return isSeen;
    return !cached || cached.metadata.uid !== object.metadata.uid || isTerminating(cached);
  }

  /**
   * A cache that comes back after a long time is told of one thing after the other: it is doubted only when it has had
   * its time from then on, and has heard more since.
   */
  #isGivenUp(write: Write<T>): boolean {
    const { revision } = this.#cache;
    if (revision === write.cacheRevision || this.#clock.now() < write.patienceEndsMs) return false;
    if (write.isDoubted) return true;
    write.isDoubted = true;
    write.cacheRevision = revision;
    write.patienceEndsMs = this.#clock.now() + PATIENCE_MS;
    return false;
  }

  #remember({ object, isDeletion }: Pick<Write<T>, "object" | "isDeletion">): void {
    this.#forgetOldest();
    const key = keyOf(nameOf(object));
    const before = this.#writes.get(key);
    if (before) this.#forget(key, before);
    const patienceEndsMs = this.#clock.now() + PATIENCE_MS;
    const { revision: cacheRevision } = this.#cache;
    this.#writes.set(key, { object, isDeletion, isDoubted: false, patienceEndsMs, cacheRevision });
    for (const { index, keys } of this.#indices.values()) enlist(keys, key, index.valuesOf(object));
  }

  /** The cache catches up in the order of writes: the first that it has not seen are followed by more of those. */
  #forgetOldest(): void {
    let unseen = 0;
    for (const [key, write] of this.#writes) {
      if (this.#isShown(key, write)) this.#forget(key, write);
      else if (++unseen === MAX_UNSEEN) return;
    }
  }

  #forget(key: string, { object }: Write<T>): void {
    this.#writes.delete(key);
    for (const { index, keys } of this.#indices.values()) {
      for (const value of index.valuesOf(object)) {
        keys.get(value)?.delete(key);
        if (keys.get(value)?.size === 0) keys.delete(value);
      }
    }
  }

  #keysBy(index: Index<T>): ReadonlyMap<string, ReadonlySet<string>> {
    const built = this.#indices.get(index.name);
    if (built) return built.keys;
    const keys = new Map<string, Set<string>>();
    for (const [key, { object }] of this.#writes) enlist(keys, key, index.valuesOf(object));
    this.#indices.set(index.name, { index, keys });
    return keys;
  }
}

/** So many writes that the cache has yet to show are looked at for one that it shows. */
const MAX_UNSEEN = 8;

interface Write<T extends KubeObject> {
  readonly object: T;
  readonly isDeletion: boolean;
  /** Whether the cache has once heard of other things and not of this, long after it was done. */
  isDoubted: boolean;
  patienceEndsMs: number;
  /** How far the cache was when the time that ends then began. */
  cacheRevision: string;
}

function enlist(keys: Map<string, Set<string>>, key: string, values: readonly string[]): void {
  for (const value of values) {
    const under = keys.get(value);
    if (under) under.add(key);
    else keys.set(value, new Set([key]));
  }
}

function isAtLeast(left: string, right: string): boolean {
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left >= right : left.length > right.length;
}
