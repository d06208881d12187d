/** Takes from a stream of chunks what is wanted next, however they are cut. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  /** What has come and is not taken. */
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; `undefined` when the stream ends before. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.#bytes < count) if (!(await this.#fetch())) return undefined;
    const all = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#keep(all.subarray(count));
    return all.subarray(0, count);
  }

  /** What is there, at least one byte and at most so many; `undefined` when the stream has ended. */
  async takeSome(most: number): Promise<Buffer | undefined> {
    if (this.#bytes === 0 && !(await this.#fetch())) return undefined;
    return this.take(Math.min(most, this.#bytes));
  }

  #keep(rest: Buffer): void {
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }

  async #fetch(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      if (value.length === 0) continue;
      this.#parts.push(value);
      this.#bytes += value.length;
      return true;
    }
  }
}
