/** Lets one reader sleep until something rings, and forgets no ring that comes while it is awake. */
export class WatchWakeup {
  #hasRung = false;
  #resolve: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#resolve?.();
  }

  async next(): Promise<void> {
    if (!this.#hasRung) await new Promise<void>((resolve) => (this.#resolve = resolve));
    this.#hasRung = false;
    this.#resolve = undefined;
  }
}
