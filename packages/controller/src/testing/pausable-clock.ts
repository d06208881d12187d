import type { Clock, Timer } from "@heliostat/kube";

/**
 * A clock of one process among many: time goes on while it is paused, but its timers run only afterwards, all at once.
 * It may be ahead of the world's by `skewMs`, or behind.
 */
export class PausableClock implements Clock {
  readonly #world: Clock;
  readonly #skewMs: number;
  #held: (() => void)[] = [];
  #isPaused = false;

  constructor(world: Clock, skewMs = 0) {
    this.#world = world;
    this.#skewMs = skewMs;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  now(): number {
    return this.#world.now() + this.#skewMs;
  }

  after(delayMs: number, run: () => void): Timer {
    let isCancelled = false;
    const runUnlessCancelled = (): void => {
      if (!isCancelled) run();
    };
    const timer = this.#world.after(delayMs, () => {
      if (this.#isPaused) this.#held.push(runUnlessCancelled);
      else runUnlessCancelled();
    });
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** In the order that is worst for whoever relies on one. */
  resume(): void {
    this.#isPaused = false;
    const held = this.#held.reverse();
    this.#held = [];
    for (const run of held) run();
  }
}
