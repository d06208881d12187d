import {
  type Clock,
  groupResource,
  type KubeObject,
  type KubeReader,
  type Logger,
  type Random,
  type Resource,
} from "@heliostat/kube";
import { type CacheReader, type RunningInformer, startInformer } from "@heliostat/watch-cache";
import { PendingWrites } from "./pending-writes.ts";
import type { Caches } from "./reconciler.ts";

export interface CacheSetOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** @default all namespaces */
  readonly namespace?: string;
}

/** One informer a resource, whoever asks for it, with our own writes laid over each. */
export class CacheSet implements Caches {
  readonly #reader: KubeReader;
  readonly #options: CacheSetOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(reader: KubeReader, options: CacheSetOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  of<T extends KubeObject>(resource: Resource<T>): CacheReader<T> {
    const pending = this.pendingOf(resource);
    if (!pending) throw new Error(`Cannot read ${groupResource(resource)}: no reconciler watches it`);
    return pending;
  }

  /** Where writes to a resource are to be remembered; `undefined` when nobody reads it. */
  pendingOf<T extends KubeObject>(resource: Resource<T>): PendingWrites<T> | undefined {
    // A resource and its type belong together: the map is filled by `follow` alone.
    return this.#followed.get(idOf(resource))?.pending as PendingWrites<T> | undefined;
  }

  /** The informer of a resource, which is started if there is none yet. */
  follow<T extends KubeObject>(resource: Resource<T>): RunningInformer<T> {
    const existing = this.#followed.get(idOf(resource));
    if (existing) {
      existing.followers += 1;
      return existing.informer as RunningInformer<KubeObject> as RunningInformer<T>;
    }
    const { clock, random, logger, signal, namespace } = this.#options;
    const abort = new AbortController();
    const informer = startInformer(this.#reader, resource, {
      clock,
      random,
      logger,
      signal: AbortSignal.any([signal, abort.signal]),
      ...(namespace !== undefined && resource.isNamespaced && { namespace }),
    });
    const pending = new PendingWrites(informer, clock);
    this.#followed.set(idOf(resource), { informer, pending, abort, followers: 1 });
    return informer;
  }

  /** The reverse of {@link follow}: the informer ends with its last follower. */
  unfollow(resource: Resource): void {
    const followed = this.#followed.get(idOf(resource));
    if (!followed) return;
    followed.followers -= 1;
    if (followed.followers > 0) return;
    this.#followed.delete(idOf(resource));
    followed.abort.abort();
  }

  /** Fulfilled once every informer has ended. */
  async stopped(): Promise<void> {
    await Promise.all([...this.#followed.values()].map(({ informer }) => informer.stopped));
  }
}

interface Followed {
  readonly informer: RunningInformer;
  readonly pending: PendingWrites<KubeObject>;
  readonly abort: AbortController;
  followers: number;
}

/** The version is left out: one resource read at two versions is still one resource. */
function idOf(resource: Resource): string {
  return groupResource(resource);
}
