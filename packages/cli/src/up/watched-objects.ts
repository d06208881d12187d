import type { Clock, KubeClient, KubeObject, Random, Resource } from "@heliostat/kube";
import { type CacheReader, startInformer, type WatchCache } from "@heliostat/watch-cache";

export interface WatchedOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the watching, and every wait. */
  readonly signal: AbortSignal;
}

/** Some resources as they are now, and a way to wait for the next change of any of them. */
export class WatchedObjects {
  readonly #caches: ReadonlyMap<Resource, WatchCache>;
  readonly #signal: AbortSignal;
  #hasNews = false;
  #wake: () => void = () => {};

  constructor(resources: readonly Resource[], { client, clock, random, signal }: WatchedOptions) {
    this.#signal = signal;
    this.#caches = new Map(
      resources.map((each) => [each, startInformer(client, each, { clock, random, signal })]),
    );
    for (const cache of this.#caches.values()) cache.onChange(() => this.ring());
    signal.addEventListener("abort", () => this.ring(), { once: true });
  }

  /** Resolves once everything that is there has been seen, or when the watching ends. */
  async synced(): Promise<void> {
    const lists = Promise.all([...this.#caches.values()].map(({ hasSynced }) => hasSynced));
    const end = new Promise<void>((resolve) =>
      this.#signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    await Promise.race([lists, end]);
  }

  of<T extends KubeObject>(resource: Resource<T>): CacheReader<T> {
    const cache = this.#caches.get(resource as unknown as Resource);
    if (!cache) throw new Error(`Cannot read ${resource.plural}: they are not watched`);
    return cache as unknown as CacheReader<T>;
  }

  /** Resolves when something has happened since the last call, or when the watching ends. */
  async changed(): Promise<void> {
    if (!this.#hasNews && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#hasNews = false;
  }

  /** Let whoever waits look again. */
  ring(): void {
    this.#hasNews = true;
    this.#wake();
  }
}
