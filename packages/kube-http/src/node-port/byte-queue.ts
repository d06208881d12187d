/** Bytes that come in before somebody reads them. Too many hold their source back. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  readonly #onFull: () => void;
  readonly #onDrained: () => void;
  #bytes = 0;
  #isEnded = false;
  #error: unknown;
  #wake: () => void = () => undefined;

  constructor({ onFull, onDrained }: { readonly onFull: () => void; readonly onDrained: () => void }) {
    this.#onFull = onFull;
    this.#onDrained = onDrained;
  }

  push(chunk: Uint8Array): void {
    if (this.#isEnded || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > FULL_BYTES) this.#onFull();
    this.#wake();
  }

  /** Nothing more comes; with an error, the reader gets it after the last byte. */
  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (true) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#bytes -= chunk.length;
        if (this.#bytes <= FULL_BYTES) this.#onDrained();
        yield chunk;
      } else if (this.#isEnded) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

const FULL_BYTES = 1024 * 1024;
