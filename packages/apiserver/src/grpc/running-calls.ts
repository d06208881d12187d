/** As much of a call as knowing its end needs. grpc-js calls every end "cancelled", once the answer is out, too. */
interface Call {
  readonly cancelled: boolean;
  once(event: "cancelled", listener: () => void): unknown;
}

/** The calls that are worked on. */
export class RunningCalls {
  readonly #running = new Set<Call>();
  #waiting: (() => void)[] = [];

  begin(call: Call): void {
    if (call.cancelled) return;
    this.#running.add(call);
    call.once("cancelled", () => {
      this.#running.delete(call);
      if (this.#running.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  /** Resolves when none runs. */
  untilNone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#running.size === 0) resolve();
      else this.#waiting.push(resolve);
    });
  }
}
