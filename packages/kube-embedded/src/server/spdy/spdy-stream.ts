import { PassThrough } from "node:stream";
import { dataFrame, resetFrame, SPDY_STATUS } from "./frames.ts";
import type { SpdyHeaders } from "./header-block.ts";

/** What a stream needs of its connection. */
export interface StreamPlace {
  readonly id: number;
  readonly headers: SpdyHeaders;
  /** Whether it takes nothing from us. */
  readonly isOneWay: boolean;
  send(frame: Buffer): Promise<void>;
  /** Both directions are over. */
  leave(): void;
}

/** So much is kept for a reader that is slow, before the whole connection waits for it. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Small enough that the streams of a connection take turns. */
const MAX_FRAME_BYTES = 32 * 1024;

/** One stream of a SPDY connection: bytes both ways, each direction ending for itself. */
export class SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #place: StreamPlace;
  readonly #received = new PassThrough({ highWaterMark: MAX_UNREAD_BYTES });
  readonly #gone = new AbortController();
  #hasReceivedAll = false;
  #hasSentAll: boolean;

  constructor(place: StreamPlace) {
    this.id = place.id;
    this.headers = place.headers;
    this.#place = place;
    this.#hasSentAll = place.isOneWay;
    // Whoever reads is told; nobody has to read.
    this.#received.on("error", () => undefined);
  }

  /** What the other side sends, for one reader. @throws Error when the stream is cut off */
  get input(): AsyncIterable<Buffer> {
    return this.#received;
  }

  /** Aborts when the stream is cut off: by a reset, or with its connection. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when it has left. @throws Error when nobody takes it any more */
  async send(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += MAX_FRAME_BYTES) {
      this.#assertOpen();
      await this.#place.send(dataFrame(this.id, data.subarray(at, at + MAX_FRAME_BYTES), { isLast: false }));
    }
  }

  /** Nothing more will be sent; the other side may go on. */
  async end(): Promise<void> {
    if (this.#hasSentAll || this.#gone.signal.aborted) return;
    this.#hasSentAll = true;
    await this.#place.send(dataFrame(this.id, new Uint8Array(), { isLast: true }));
    this.#leaveIfOver();
  }

  /** Cut it off, both ways. */
  async reset(status: number = SPDY_STATUS.cancelled): Promise<void> {
    if (this.#gone.signal.aborted) return;
    this.cutOff();
    await this.#place.send(resetFrame(this.id, status));
  }

  /** Nobody will read what still comes. */
  discard(): void {
    this.#received.destroy();
  }

  /** From the connection: something has come. Resolves when there is room for more. */
  receive(data: Buffer): Promise<void> {
    const received = this.#received;
    return new Promise((resolve) => {
      const isDropped = this.#hasReceivedAll || received.destroyed;
      if (isDropped || data.length === 0 || received.write(data)) {
        resolve();
        return;
      }
      received.on("drain", done).on("close", done);
      function done(): void {
        received.off("drain", done).off("close", done);
        resolve();
      }
    });
  }

  /** From the connection: nothing more will come. */
  receiveEnd(): void {
    this.#hasReceivedAll = true;
    this.#received.end();
    this.#leaveIfOver();
  }

  /** From the connection: the other side has reset it, or is gone. */
  cutOff(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    // What has come in full can still be read.
    if (!this.#hasReceivedAll) this.#received.destroy();
    this.#place.leave();
  }

  #assertOpen(): void {
    if (this.#hasSentAll || this.#gone.signal.aborted) {
      throw new Error(`Cannot send on stream ${this.id}: it is closed`);
    }
  }

  #leaveIfOver(): void {
    if (this.#hasReceivedAll && this.#hasSentAll) this.#place.leave();
  }
}
