import { HeaderPacker } from "../server/spdy/header-block.ts";

/** The bytes that a client of SPDY sends, with one compression history as on one connection. */
export class SpdyClientBytes {
  readonly #packer = new HeaderPacker();

  async newStream(
    streamId: number,
    headers: Readonly<Record<string, string>> = {},
    { flags = 0 }: { readonly flags?: number } = {},
  ): Promise<Buffer> {
    const block = await this.#packer.pack(new Map(Object.entries(headers)));
    const words = Buffer.alloc(10);
    words.writeUInt32BE(streamId, 0);
    return controlBytes(1, Buffer.concat([words, block]), flags);
  }

  async headers(streamId: number, headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const block = await this.#packer.pack(new Map(Object.entries(headers)));
    const words = Buffer.alloc(4);
    words.writeUInt32BE(streamId, 0);
    return controlBytes(8, Buffer.concat([words, block]));
  }
}

/** Any control frame. */
export function controlBytes(type: number, body: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(body.length, 5, 3);
  head.writeUInt8(flags, 4);
  return Buffer.concat([head, body]);
}

/** What a server has sent, frame by frame, as far as tests look at it. */
export interface SentFrame {
  /** Of a control frame; absent: data. */
  readonly control?: number;
  readonly streamId: number;
  readonly isLast: boolean;
  readonly body: Buffer;
}

/** The whole frames at the beginning of these bytes. */
export function sentFrames(bytes: Buffer): readonly SentFrame[] {
  const frames: SentFrame[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUIntBE(at + 5, 3);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (body.length < length) break;
    const isControl = bytes.readUInt8(at) >= 0x80;
    frames.push({
      ...(isControl ? { control: bytes.readUInt16BE(at + 2) } : {}),
      streamId: (isControl ? body : bytes.subarray(at)).readUInt32BE(0) & 0x7fffffff,
      isLast: (bytes.readUInt8(at + 4) & 1) !== 0,
      body,
    });
    at += 8 + length;
  }
  return frames;
}

/** What arrived on one stream. */
export function sentText(frames: readonly SentFrame[], streamId: number): string {
  const parts = frames.filter((frame) => frame.control === undefined && frame.streamId === streamId);
  return Buffer.concat(parts.map(({ body }) => body)).toString();
}
