/** So much waits for a slow reader before the writer is asked to wait. */
const ENOUGH_BYTES = 1024 * 1024;

/** Chunks from one writer to one reader; each waits for the other. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;

  /** Resolves when there is room for more. What nobody will read is dropped. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#isOver) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wakeReader();
    while (this.#bytes > ENOUGH_BYTES && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** Nothing more will come; what is there can still be read. */
  end(): void {
    this.#isOver = true;
    this.#wakeReader();
    this.#wakeWriter();
  }

  /** Nobody will read any more. */
  abandon(): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#bytes -= chunk.length;
        this.#wakeWriter();
        yield chunk;
      } else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
    }
  }
}
