import type { Clock, Timer } from "@heliostat/kube";

/** The time that is left to what is being stopped. */
export class GracePeriod {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #endsAtMs = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborts when there is no more time. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Let it run. One that runs already can only become shorter (Kubernetes rule). */
  begin(seconds: number): void {
    const endsAtMs = this.#clock.now() + seconds * 1000;
    if (endsAtMs >= this.#endsAtMs) return;
    this.#endsAtMs = endsAtMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(seconds * 1000, () => this.#over.abort());
  }

  /** Give no more time at all. */
  cut(): void {
    this.#over.abort();
    this.cancel();
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    this.#timer?.cancel();
  }
}
