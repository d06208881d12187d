import { ApiError } from "../errors/api-error.ts";

/**
 * How a call may end before its answer: its caller goes, or its time is over. Most calls are answered from memory and
 * never look; so a signal is made only for those that do.
 */
export class CallEnd {
  #why: ApiError | undefined;
  #controller: AbortController | undefined;
  #reject: ((why: ApiError) => void) | undefined;

  /** Aborts at the end. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#why !== undefined) this.#controller.abort();
    return this.#controller.signal;
  }

  /** The first end counts. */
  end(why: ApiError): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#controller?.abort();
    this.#reject?.(why);
  }

  /** The caller has gone. */
  leave(): void {
    this.end(new ApiError("Cancelled", "Cannot answer: the caller has gone"));
  }

  /** Rejects at the end, and never fulfils. To be waited for once. */
  untilEnded(): Promise<never> {
    return new Promise((_, reject) => {
      if (this.#why !== undefined) reject(this.#why);
      else this.#reject = reject;
    });
  }
}
