import { type Clock, type CoreEvent, epochMsOf, isKubeError, type Logger, type Timer } from "@heliostat/kube";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoredRevision } from "../store/stored-revision.ts";

export interface EventExpiryOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

const STORAGE_KEY = "/events";
/** Kubernetes' default of `--event-ttl`. */
const LIFETIME_MS = 3_600_000;
const INTERVAL_MS = 300_000;

/** Removes events that nobody has repeated for an hour (Kubernetes rule), those of an earlier process at once. */
export class EventExpiry {
  readonly #options: EventExpiryOptions;
  /** Runs while there are events. */
  #timer: Timer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: EventExpiryOptions) {
    this.#options = options;
  }

  start(): void {
    const events = this.#options.store.collection(STORAGE_KEY);
    this.#unsubscribe = events.subscribe(() => this.#comeBack());
    this.#look();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#timer?.cancel();
  }

  #look(): void {
    this.#timer = undefined;
    this.#removeExpired();
    if (this.#options.store.collection(STORAGE_KEY).size > 0) this.#comeBack();
  }

  #comeBack(): void {
    this.#timer ??= this.#options.clock.after(INTERVAL_MS, () => this.#look());
  }

  #removeExpired(): void {
    const { store, clock, logger } = this.#options;
    const oldestMs = clock.now() - LIFETIME_MS;
    const expired = [...store.collection(STORAGE_KEY).range("")].filter(
      (event) => lastSeenMs(event) < oldestMs,
    );
    try {
      for (const { key, object, revision } of expired) {
        const address = { storageKey: STORAGE_KEY, key };
        // A newer state may be on its way.
        if (store.get(address)?.revision === revision) store.remove(address, object, revision);
      }
    } catch (error) {
      if (!isKubeError(error)) throw error;
      logger.debug("Cannot remove expired events", { error });
    }
  }
}

function lastSeenMs({ object }: StoredRevision): number {
  const { lastTimestamp, eventTime, series, metadata } = object as CoreEvent;
  const times = [lastTimestamp, eventTime, series?.lastObservedTime, metadata.creationTimestamp];
  return Math.max(...times.map((time) => epochMsOf(time ?? "") ?? 0));
}
