/** How long somebody waits for an answer. */
export interface RequestLife {
  /** Aborts when the caller goes away or the server closes. */
  readonly signal: AbortSignal;
}

/** A life that ends once. Its signal is made when it is asked for: most requests are over before anybody does. */
export class EndingLife implements RequestLife {
  #controller: AbortController | undefined;
  #isOver = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort(IS_OVER);
    return this.#controller.signal;
  }

  end(): void {
    this.#isOver = true;
    this.#controller?.abort(IS_OVER);
  }
}

/** Made once: an abort without a reason makes an error with a stack, for each request that ends. */
const IS_OVER = new Error("the request is over");
