import { type Backoff, backoffMs, type Clock, type Random, type Timer } from "@heliostat/kube";

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Called whenever there may be something to take. */
  readonly onReady: () => void;
}

/**
 * The keys that wait to be looked at.
 *
 * **Guarantees.** A key is in the queue at most once, and with nobody else while it is taken: what is added meanwhile
 * is offered once more after `done`. Keys are offered in the order in which they became ready. Of several delays the
 * shortest counts, and being ready beats them all: whoever looks decides anew when to look again.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #ready = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #addedWhileTaken = new Set<string>();
  readonly #delayed = new Map<string, Delay>();
  readonly #failures = new Map<string, number>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** How many keys could be taken now, and how many wait for a time of theirs. */
  get depth(): { readonly ready: number; readonly delayed: number } {
    return { ready: this.#ready.size + this.#addedWhileTaken.size, delayed: this.#delayed.size };
  }

  add(key: string): void {
    this.#cancelDelay(key);
    if (this.#taken.has(key)) {
      this.#addedWhileTaken.add(key);
      return;
    }
    this.#ready.add(key);
    this.#options.onReady();
  }

  addAfter(key: string, delayMs: number): void {
    const { clock } = this.#options;
    const dueMs = clock.now() + delayMs;
    if (this.#ready.has(key) || this.#addedWhileTaken.has(key)) return;
    if ((this.#delayed.get(key)?.dueMs ?? Number.POSITIVE_INFINITY) <= dueMs) return;
    this.#cancelDelay(key);
    this.#delayed.set(key, { dueMs, timer: clock.after(delayMs, () => this.add(key)) });
  }

  /** Add the key after a wait that grows with each failure in a row, and is `atLeastMs`. Returns that wait. */
  addAfterFailure(key: string, backoff: Backoff, atLeastMs = 0): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delayMs = Math.max(atLeastMs, backoffMs(backoff, failures, this.#options.random));
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** The key has done well: its next failure counts as the first. */
  forgetFailures(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, which is the caller's alone until `done`; `undefined` when none is ready. */
  take(): string | undefined {
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#taken.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#taken.delete(key);
    if (this.#addedWhileTaken.delete(key)) this.add(key);
  }

  /** Forget everything, so that no timer fires any more. */
  clear(): void {
    for (const key of [...this.#delayed.keys()]) this.#cancelDelay(key);
    this.#ready.clear();
    this.#addedWhileTaken.clear();
    this.#failures.clear();
  }

  #cancelDelay(key: string): void {
    this.#delayed.get(key)?.timer.cancel();
    this.#delayed.delete(key);
  }
}

interface Delay {
  readonly dueMs: number;
  readonly timer: Timer;
}
