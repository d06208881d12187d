import { PassThrough } from "node:stream";
import {
  framesOf,
  goAwayFrame,
  pingFrame,
  replyFrame,
  resetFrame,
  SPDY_STATUS,
  type SpdyFrame,
} from "./frames.ts";
import { HeaderPacker, HeaderUnpacker } from "./header-block.ts";
import { SpdyError } from "./spdy-error.ts";
import { SpdyStream } from "./spdy-stream.ts";

/** What carries the frames: a socket, or the messages of a WebSocket. */
export interface SpdyLine {
  /** What comes; ends, quietly, when the other side is gone. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Resolves when the bytes have left. */
  send(bytes: Buffer): Promise<void>;
}

/** More streams than any client has open at once: further ones are refused. */
const MAX_OPEN_STREAMS = 2000;

/**
 * The server's side of a SPDY/3.1 connection, as far as Kubernetes uses it: clients open streams, we answer on them.
 * A client that breaks the rules is told so once, and its connection ends; nobody else notices.
 */
export class SpdyConnection {
  /** Resolves when the other side is gone or nothing more can be said. Never fails. */
  readonly ended: Promise<void>;
  readonly #line: SpdyLine;
  readonly #unpacker = new HeaderUnpacker();
  readonly #packer = new HeaderPacker();
  readonly #open = new Map<number, SpdyStream>();
  readonly #fresh = new PassThrough({ objectMode: true, highWaterMark: MAX_OPEN_STREAMS });
  readonly #gone = new AbortController();
  #lastStreamId = 0;

  constructor(line: SpdyLine) {
    this.#line = line;
    this.ended = this.#listen();
  }

  /** The streams that the client opens, for one reader. */
  get streams(): AsyncIterable<SpdyStream> {
    return this.#fresh;
  }

  /** Aborts when the other side is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Say that this was all. */
  async sayGoodbye(): Promise<void> {
    await this.#tryToSend(goAwayFrame(this.#lastStreamId, SPDY_STATUS.ok));
  }

  /** Have done with the other side: every stream is cut off. */
  close(): void {
    this.#gone.abort();
    for (const stream of [...this.#open.values()]) stream.cutOff();
    this.#fresh.end();
    this.#unpacker.close();
    this.#packer.close();
  }

  async #listen(): Promise<void> {
    try {
      for await (const frame of framesOf(this.#line.chunks)) await this.#take(frame);
    } catch (error) {
      const isTheirs = error instanceof SpdyError;
      if (isTheirs) await this.#tryToSend(goAwayFrame(this.#lastStreamId, SPDY_STATUS.protocolError));
    } finally {
      this.close();
    }
  }

  async #take(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case "newStream":
        return this.#accept(frame);
      case "headers":
        await this.#unpacker.unpack(frame.block);
        return;
      case "data":
        return this.#receive(frame);
      case "reset":
        this.#open.get(frame.streamId)?.cutOff();
        return;
      case "ping":
        return this.#line.send(pingFrame(frame.id));
    }
  }

  async #accept({ streamId, block, isLast, isOneWay }: SpdyFrame & { type: "newStream" }): Promise<void> {
    const headers = await this.#unpacker.unpack(block);
    if (streamId % 2 === 0 || streamId <= this.#lastStreamId) {
      throw new SpdyError(`Cannot open stream ${streamId}: the last one was ${this.#lastStreamId}`);
    }
    this.#lastStreamId = streamId;
    if (this.#open.size >= MAX_OPEN_STREAMS) {
      return this.#line.send(resetFrame(streamId, SPDY_STATUS.refused));
    }
    const stream = new SpdyStream({
      ...{ id: streamId, headers, isOneWay },
      send: (bytes) => this.#line.send(bytes),
      leave: () => void this.#open.delete(streamId),
    });
    this.#open.set(streamId, stream);
    if (isLast) stream.receiveEnd();
    await this.#line.send(replyFrame(streamId, await this.#packer.pack(new Map())));
    this.#fresh.write(stream);
  }

  async #receive({ streamId, data, isLast }: SpdyFrame & { type: "data" }): Promise<void> {
    const stream = this.#open.get(streamId);
    if (!stream) {
      // What is still on its way to a stream that has closed is nobody's fault.
      const wasOpen = streamId % 2 === 1 && streamId <= this.#lastStreamId;
      if (!wasOpen) await this.#line.send(resetFrame(streamId, SPDY_STATUS.invalidStream));
      return;
    }
    await stream.receive(data);
    if (isLast) stream.receiveEnd();
  }

  async #tryToSend(frame: Buffer): Promise<void> {
    // To whoever has gone nothing needs to be said.
    await this.#line.send(frame).catch(() => undefined);
  }
}
