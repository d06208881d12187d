/** The only way to the time of day and to waiting. Tests pass one that they turn by hand. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Call `run` once, after `delayMs` (0: as soon as the present work is done). */
  after(delayMs: number, run: () => void): Timer;
}

export interface Timer {
  /** Without effect once it has run. */
  cancel(): void;
}

/** The only way to chance: ids, suffixes, jitter. */
export interface Random {
  /** A version 4 UUID. */
  uuid(): string;
  /** `0 <= x < 1` */
  fraction(): number;
}

/** Resolve after `delayMs`, or at once when the signal aborts: look at the signal afterwards. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const timer = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
