import type { Clock } from "@heliostat/kube";

/** What a caller has left. */
interface Bucket {
  tokens: number;
  filledMs: number;
}

const MINUTE_MS = 60_000;
/** Beyond this many, the caller who has not asked for longest is forgotten. */
const MAX_BUCKETS = 10_000;

/**
 * Token buckets by caller: each may ask `perMinute` times at once, and gets as many again in the course of a minute.
 * It decides without waiting, since every request passes here.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Take one. @returns 0, or after how many seconds there is one again */
  take(caller: string): number {
    const nowMs = this.#clock.now();
    const bucket = this.#bucketOf(caller, nowMs);
    const gained = ((nowMs - bucket.filledMs) * this.#perMinute) / MINUTE_MS;
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + gained);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute);
    bucket.tokens -= 1;
    return 0;
  }

  #bucketOf(caller: string, nowMs: number): Bucket {
    const known = this.#buckets.get(caller);
    // Whoever asks goes to the end: at the beginning is who has not asked for longest.
    if (known) this.#buckets.delete(caller);
    const bucket = known ?? { tokens: this.#perMinute, filledMs: nowMs };
    this.#buckets.set(caller, bucket);
    const [oldest] = this.#buckets.size > MAX_BUCKETS ? this.#buckets.keys() : [];
    if (oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}
