import {
  type Backoff,
  backoffMs,
  type Clock,
  type KubeObject,
  type KubeReader,
  type ListOptions,
  type Logger,
  type Random,
  type Resource,
  SILENT,
  sleep,
} from "@heliostat/kube";
import { EqualParts } from "./equal-parts.ts";
import type { Index } from "./indices.ts";
import {
  type InformerInput,
  type InformerState,
  listingAnew,
  type StoreEffect,
  step,
} from "./informer-state.ts";
import { Store } from "./store.ts";
import type { ChangeHandler, WatchCache } from "./watch-cache.ts";

export interface InformerOptions<T extends KubeObject = KubeObject> {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** @default silent */
  readonly logger?: Logger;
  /** @default all namespaces */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /**
   * What is kept of an object, for the sake of memory: see `projection`. It must keep name, namespace, uid and
   * resourceVersion.
   */
  readonly transform?: (object: T) => T;
  /** @default false */
  readonly keepsManagedFields?: boolean;
  /** Objects asked for in one request of a list. @default 500 */
  readonly pageSize?: number;
  /** @default doubling from 1 s up to 30 s */
  readonly backoff?: Backoff;
}

/** A cache that keeps itself up to date until the signal aborts. */
export interface RunningInformer<T extends KubeObject = KubeObject> extends WatchCache<T> {
  /** As much of an object as this cache would hold. */
  kept(object: T): T;
  /** Fulfilled once the last request has ended, after the signal aborted; never rejected. */
  readonly stopped: Promise<void>;
}

/**
 * Keep a cache of one resource: list, then watch, for ever.
 *
 * **Guarantees.** At quiescence the cache equals the list, whatever streams broke and whatever history the server
 * forgot. Nothing but the signal ends it: errors are logged and tried again, later each time. Within one cache,
 * handlers see the changes of a key in their order, and every difference between two states as one change.
 *
 * **Caveats.** States between two looks may be skipped: after a new list only the difference is seen.
 */
export function startInformer<T extends KubeObject>(
  reader: KubeReader,
  resource: Resource<T>,
  options: InformerOptions<T>,
): RunningInformer<T> {
  return new Informer(reader, resource, options);
}

const WATCH_SECONDS_MIN = 300;
const BACKOFF: Backoff = { baseMs: 1000, maxMs: 30_000 };

class Informer<T extends KubeObject> implements RunningInformer<T> {
  readonly resource: Resource<T>;
  readonly hasSynced: Promise<void>;
  readonly stopped: Promise<void>;
  readonly #reader: KubeReader;
  readonly #options: InformerOptions<T>;
  readonly #logger: Logger;
  readonly #store = new Store<T>();
  readonly #parts = new EqualParts();
  #markSynced: () => void = ignore;
  #revision = "";

  constructor(reader: KubeReader, resource: Resource<T>, options: InformerOptions<T>) {
    this.resource = resource;
    this.#reader = reader;
    this.#options = options;
    this.#logger = options.logger ?? SILENT;
    this.hasSynced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
    this.stopped = this.#run();
  }

  get revision(): string {
    return this.#revision;
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): readonly T[] {
    return this.#store.list();
  }

  byIndex(index: Index<T>, value: string): readonly T[] {
    return this.#store.byIndex(index, value);
  }

  onChange(handler: ChangeHandler<T>): () => void {
    return this.#store.onChange((change) => {
      try {
        handler(change);
      } catch (error) {
        this.#logger.error("Change handler failed", {
          resource: this.resource.plural,
          key: change.key,
          error,
        });
      }
    });
  }

  kept(object: T): T {
    const { transform, keepsManagedFields = false } = this.#options;
    const kept = keepsManagedFields ? object : withoutManagedFields(object);
    return transform ? transform(kept) : kept;
  }

  async #run(): Promise<void> {
    let state: InformerState<T> = listingAnew();
    while (!this.#options.signal.aborted) state = await this.#leave(state);
  }

  /** Do what the state asks for, until it is another one. */
  async #leave(entered: InformerState<T>): Promise<InformerState<T>> {
    let state = entered;
    for await (const input of this.#inputsOf(entered)) {
      if (this.#options.signal.aborted) break;
      const next = step(state, input);
      state = next.state;
      for (const effect of next.effects) this.#apply(effect);
      if (state.at !== entered.at) break;
    }
    return state;
  }

  async *#inputsOf(state: InformerState<T>): AsyncGenerator<InformerInput<T>> {
    try {
      switch (state.at) {
        case "listing":
          yield* this.#list(state);
          return;
        case "watching":
          yield* this.#watch(state.revision);
          return;
        case "waiting":
          yield* this.#wait(state.next.failures);
          return;
      }
    } catch (error) {
      if (this.#options.signal.aborted) return;
      this.#logger.debug("Cannot follow resource", {
        resource: this.resource.plural,
        doing: state.at,
        error,
      });
      yield { input: "failed", error };
    }
  }

  async *#list({ continueToken }: { readonly continueToken?: string }): AsyncGenerator<InformerInput<T>> {
    const page = await this.#reader.list(this.resource, {
      ...this.#scope(),
      limit: this.#options.pageSize ?? 500,
      ...(continueToken !== undefined && { continueToken }),
    });
    yield { input: "page", page: { ...page, items: page.items.map((item) => this.#shared(item)) } };
  }

  async *#watch(resourceVersion: string): AsyncGenerator<InformerInput<T>> {
    // A deadline of our own ends streams that died without a word; chance keeps them from ending together.
    const timeoutSeconds =
      WATCH_SECONDS_MIN + Math.floor(this.#options.random.fraction() * WATCH_SECONDS_MIN);
    const options = { ...this.#scope(), resourceVersion, timeoutSeconds, allowBookmarks: true };
    for await (const event of this.#reader.watch(this.resource, options)) {
      yield {
        input: "event",
        event: "object" in event ? { ...event, object: this.#shared(event.object) } : event,
      };
    }
    yield { input: "ended" };
  }

  async *#wait(failures: number): AsyncGenerator<InformerInput<T>> {
    const { backoff = BACKOFF, clock, random, signal } = this.#options;
    await sleep(clock, backoffMs(backoff, failures, random), signal);
    yield { input: "waited" };
  }

  #apply(effect: StoreEffect<T>): void {
    switch (effect.do) {
      case "replace":
        this.#revision = effect.revision;
        this.#store.replace(effect.items);
        this.#markSynced();
        return;
      case "put":
        this.#revision = effect.object.metadata.resourceVersion ?? this.#revision;
        this.#store.put(effect.object);
        return;
      case "remove":
        this.#revision = effect.object.metadata.resourceVersion ?? this.#revision;
        this.#store.remove(effect.object);
        return;
      case "advance":
        this.#revision = effect.revision;
        return;
    }
  }

  #shared(object: T): T {
    return this.#parts.share(this.kept(object));
  }

  #scope(): Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector" | "signal"> {
    const { namespace, labelSelector, fieldSelector, signal } = this.#options;
    return {
      signal,
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
    };
  }
}

function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (!object.metadata.managedFields) return object;
  // What is left over by `...` is a dictionary to V8, and twice as large.
  const kept = Object.entries(object.metadata).filter(([field]) => field !== "managedFields");
  return { ...object, metadata: Object.fromEntries(kept) as unknown as T["metadata"] };
}

function ignore(): void {}
