import type { Clock } from "@heliostat/kube";
import { LRUCache } from "lru-cache";

export interface TimedCacheOptions<V> {
  readonly clock: Clock;
  /** How long an answer holds. */
  readonly lifetimeMs: (value: V) => number;
  readonly maxEntries: number;
}

/** How long a yes and a no about a caller hold, and how many of them are kept, unless somebody says otherwise. */
export const ACCEPTED_MS = 30_000;
export const REFUSED_MS = 5_000;
export const MAX_ENTRIES = 10_000;

/**
 * Remembers answers for a while, the most recently used first.
 *
 * **Guarantees.** A question that is being asked is not asked a second time. A failure is never remembered. It never
 * holds more than `maxEntries` answers. Who asks what is known gets the same promise as everybody else.
 */
export class TimedCache<V> {
  readonly #answers: LRUCache<string, { readonly value: Promise<V>; readonly untilMs: number }>;
  readonly #asking = new Map<string, Promise<V>>();
  readonly #options: TimedCacheOptions<V>;

  constructor(options: TimedCacheOptions<V>) {
    this.#options = options;
    this.#answers = new LRUCache({ max: options.maxEntries });
  }

  /** The remembered answer, or that of `ask`. Rejects as `ask` does. */
  get(key: string, ask: () => Promise<V>): Promise<V> {
    const known = this.#answers.get(key);
    if (known && known.untilMs > this.#options.clock.now()) return known.value;
    const asking = this.#asking.get(key);
    if (asking !== undefined) return asking;
    const asked = this.#asked(key, ask).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }

  async #asked(key: string, ask: () => Promise<V>): Promise<V> {
    const value = await ask();
    const { clock, lifetimeMs } = this.#options;
    this.#answers.set(key, { value: Promise.resolve(value), untilMs: clock.now() + lifetimeMs(value) });
    return value;
  }
}
