import type { Readable } from "node:stream";

/** A piece of one of the streams that share a connection. */
export interface Frame {
  readonly channel: Channel;
  readonly bytes: Buffer;
}

export type Channel = (typeof CHANNELS)[number];

/** The frames of a connection, as they come. Ends with the connection, quietly even when it breaks. */
export async function* framesOf(source: Readable): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(source)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = frameEnd(rest); end !== undefined; end = frameEnd(rest)) {
      yield { channel: channelOf(rest), bytes: rest.subarray(HEAD_BYTES, end) };
      rest = rest.subarray(end);
    }
  }
}

/** What a connection brings. One that breaks says no more than one that ends: whoever reads looks for what is missing. */
export async function* chunksOf(source: Readable): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch {
    source.destroy();
  }
}

/** One frame as bytes: channel, length, content. */
export function frame(channel: Channel, content: Uint8Array | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(CHANNELS.indexOf(channel), 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const CHANNELS = ["control", "stdin", "stdout", "stderr"] as const;
const HEAD_BYTES = 5;

function frameEnd(bytes: Buffer): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const end = HEAD_BYTES + bytes.readUInt32BE(1);
  return bytes.length < end ? undefined : end;
}

function channelOf(bytes: Buffer): Channel {
  const channel = CHANNELS[bytes.readUInt8(0)];
  if (channel === undefined) throw new Error(`Cannot read frame: channel ${bytes.readUInt8(0)} is unknown`);
  return channel;
}
