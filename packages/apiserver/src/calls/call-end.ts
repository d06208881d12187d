import { ApiError } from "../errors/api-error.ts";

/**
 * How a call may end before its answer: its caller goes, or its time is over. Most calls are answered from memory and
 * never look; so a signal is made only for those that do.
 */
export class CallEnd {
  readonly #onceGone: (leave: () => void) => void;
  #isAnswered = false;
  #why: ApiError | undefined;
  #controller: AbortController | undefined;
  #reject: ((why: ApiError) => void) | undefined;

  /** `onceGone` calls what it is given when the caller goes, or has gone. It is asked when somebody looks. */
  constructor(onceGone: (leave: () => void) => void) {
    this.#onceGone = onceGone;
  }

  /** Aborts at the end. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#why !== undefined) this.#controller.abort();
    else this.#onceGone(() => this.end(new ApiError("Cancelled", "Cannot answer: the caller has gone")));
    return this.#controller.signal;
  }

  /** The first end counts. */
  end(why: ApiError): void {
    if (this.#isAnswered || this.#why !== undefined) return;
    this.#why = why;
    this.#controller?.abort();
    this.#reject?.(why);
  }

  /** The call is answered: nothing ends it any more. */
  close(): void {
    this.#isAnswered = true;
  }

  /** What `act` comes to, or why the call has ended before it. To be asked once. */
  outcomeOf<T>(act: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#why !== undefined) reject(this.#why);
      this.#reject = reject;
      act.then(resolve, reject);
    });
  }
}
