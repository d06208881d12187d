import { ByteReader } from "./byte-reader.ts";
import { SpdyError } from "./spdy-error.ts";

/** What the other side of a SPDY/3.1 connection says, as far as it matters to us. */
export type SpdyFrame =
  | {
      readonly type: "newStream";
      readonly streamId: number;
      /** Whether nothing follows on it. */
      readonly isLast: boolean;
      /** Whether it takes nothing from us. */
      readonly isOneWay: boolean;
      readonly block: Buffer;
    }
  /** Further headers, or those of an answer. */
  | { readonly type: "headers"; readonly streamId: number; readonly block: Buffer }
  /** A part of a frame's data: a long frame comes in several. */
  | { readonly type: "data"; readonly streamId: number; readonly isLast: boolean; readonly data: Buffer }
  | { readonly type: "reset"; readonly streamId: number }
  | { readonly type: "ping"; readonly id: number };

const HEAD_BYTES = 8;
const VERSION = 3;
const FLAG_LAST = 1;
const FLAG_ONE_WAY = 2;
const STREAM_ID_BITS = 0x7fffffff;

/** More than the headers of a stream take. Only data may be longer, and is handed on as it comes. */
const MAX_CONTROL_BYTES = 64 * 1024;

const TYPE = { newStream: 1, reply: 2, reset: 3, ping: 6, goAway: 7, headers: 8 } as const;

/** Why a stream, or a whole connection, is ended. */
export const SPDY_STATUS = { ok: 0, protocolError: 1, invalidStream: 2, refused: 3, cancelled: 5 } as const;

/** The frames of a connection, as they come. Ends when it ends, in the middle of a frame too. @throws SpdyError */
export async function* framesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<SpdyFrame> {
  const bytes = new ByteReader(chunks);
  for (let head = await bytes.take(HEAD_BYTES); head; head = await bytes.take(HEAD_BYTES)) {
    const isControl = head.readUInt8(0) >= 0x80;
    if (isControl) yield* controlFrames(head, bytes);
    else yield* dataFrames(head, bytes);
  }
}

async function* dataFrames(head: Buffer, bytes: ByteReader): AsyncGenerator<SpdyFrame> {
  const streamId = head.readUInt32BE(0);
  const isLast = (head.readUInt8(4) & FLAG_LAST) !== 0;
  let left = lengthOf(head);
  if (left === 0) yield { type: "data", streamId, isLast, data: Buffer.alloc(0) };
  while (left > 0) {
    const data = await bytes.takeSome(left);
    if (!data) return;
    left -= data.length;
    yield { type: "data", streamId, isLast: isLast && left === 0, data };
  }
}

async function* controlFrames(head: Buffer, bytes: ByteReader): AsyncGenerator<SpdyFrame> {
  const version = head.readUInt16BE(0) & 0x7fff;
  if (version !== VERSION)
    throw new SpdyError(`Cannot read a frame: its version is ${version}, not ${VERSION}`);
  const length = lengthOf(head);
  if (length > MAX_CONTROL_BYTES) throw new SpdyError(`Cannot read a frame: ${length} bytes are too many`);
  const body = await bytes.take(length);
  const frame = body && controlFrame(head.readUInt16BE(2), head.readUInt8(4), body);
  if (frame) yield frame;
}

/** `undefined`: settings, window sizes (nobody enforces them in Kubernetes), farewells, and what we do not know. */
function controlFrame(type: number, flags: number, body: Buffer): SpdyFrame | undefined {
  switch (type) {
    case TYPE.newStream:
      assertLength(body, 10);
      return {
        type: "newStream",
        streamId: streamIdOf(body),
        isLast: (flags & FLAG_LAST) !== 0,
        isOneWay: (flags & FLAG_ONE_WAY) !== 0,
        block: body.subarray(10),
      };
    case TYPE.reply:
    case TYPE.headers:
      assertLength(body, 4);
      return { type: "headers", streamId: streamIdOf(body), block: body.subarray(4) };
    case TYPE.reset:
      assertLength(body, 8);
      return { type: "reset", streamId: streamIdOf(body) };
    case TYPE.ping:
      assertLength(body, 4);
      return { type: "ping", id: body.readUInt32BE(0) };
    default:
      return undefined;
  }
}

export function dataFrame(
  streamId: number,
  data: Uint8Array,
  { isLast }: { readonly isLast: boolean },
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt8(isLast ? FLAG_LAST : 0, 4);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

/** The answer to a new stream: we take it. */
export function replyFrame(streamId: number, block: Buffer): Buffer {
  return controlFrameBytes(TYPE.reply, [streamId], block);
}

export function resetFrame(streamId: number, status: number): Buffer {
  return controlFrameBytes(TYPE.reset, [streamId, status]);
}

export function pingFrame(id: number): Buffer {
  return controlFrameBytes(TYPE.ping, [id]);
}

/** The last word about a connection. */
export function goAwayFrame(lastStreamId: number, status: number): Buffer {
  return controlFrameBytes(TYPE.goAway, [lastStreamId, status]);
}

function controlFrameBytes(type: number, words: readonly number[], block: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + 4 * words.length);
  bytes.writeUInt16BE(0x8000 | VERSION, 0);
  bytes.writeUInt16BE(type, 2);
  bytes.writeUInt32BE(4 * words.length + block.length, 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, HEAD_BYTES + 4 * index);
  return Buffer.concat([bytes, block]);
}

function lengthOf(head: Buffer): number {
  return head.readUIntBE(5, 3);
}

function streamIdOf(body: Buffer): number {
  return body.readUInt32BE(0) & STREAM_ID_BITS;
}

function assertLength(body: Buffer, least: number): void {
  if (body.length < least) throw new SpdyError(`Cannot read a frame: ${body.length} bytes are too few`);
}
