import type { Duplex } from "node:stream";
import type { MessageSocket } from "../http/exchange.ts";
import type { SpdyLine } from "./spdy-connection.ts";

/** Frames on a bare socket, of which `head` has been read already. */
export function socketLine(socket: Duplex, head: Buffer): SpdyLine {
  return {
    chunks: chunksOf(socket, head),
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** Frames in the messages of a WebSocket, cut anywhere. */
export function webSocketLine({ messages, send }: MessageSocket): SpdyLine {
  return { chunks: messages, send };
}

/** A connection that breaks has ended, no more and no less. */
async function* chunksOf(socket: Duplex, head: Buffer): AsyncGenerator<Buffer> {
  yield head;
  try {
    yield* socket as AsyncIterable<Buffer>;
  } catch {
    socket.destroy();
  }
}
