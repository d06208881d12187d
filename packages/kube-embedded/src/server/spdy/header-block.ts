import { constants, createDeflate, createInflate } from "node:zlib";
import { spdyDictionary } from "./dictionary.ts";
import { SpdyError } from "./spdy-error.ts";

/** Names are in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** More than any client says about a stream: what unpacks to more is an attack. */
const MAX_BLOCK_BYTES = 64 * 1024;

/**
 * Unpacks the header blocks of one connection. They share one history, so that each has to be unpacked, in order, even
 * when nobody wants to know what it says.
 */
export class HeaderUnpacker {
  readonly #inflate = createInflate({ dictionary: spdyDictionary() });
  #unpacked: Buffer[] = [];
  #fail: (error: Error) => void = () => undefined;

  constructor() {
    this.#inflate.on("data", (part: Buffer) => this.#collect(part));
    this.#inflate.on("error", (cause) =>
      this.#fail(new SpdyError(`Cannot unpack headers: ${cause.message}`, { cause })),
    );
    this.#inflate.on("close", () =>
      this.#fail(new SpdyError("Cannot unpack headers: the connection is closed")),
    );
    // Compressed data that says it is complete takes no further block.
    this.#inflate.on("end", () =>
      this.#fail(new SpdyError("Cannot unpack headers: their history has ended")),
    );
  }

  /** @throws SpdyError */
  async unpack(block: Buffer): Promise<SpdyHeaders> {
    this.#unpacked = [];
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#inflate.write(block, (error) => (error ? reject(error) : resolve()));
    });
    return headersOf(Buffer.concat(this.#unpacked));
  }

  close(): void {
    this.#inflate.destroy();
  }

  #collect(part: Buffer): void {
    this.#unpacked.push(part);
    const bytes = this.#unpacked.reduce((sum, { length }) => sum + length, 0);
    if (bytes <= MAX_BLOCK_BYTES) return;
    this.#fail(new SpdyError("Cannot unpack headers: they are too long"));
    this.#inflate.destroy();
  }
}

/** Packs the header blocks of one connection. */
export class HeaderPacker {
  readonly #deflate = createDeflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH });
  #packed: Buffer[] = [];

  constructor() {
    this.#deflate.on("data", (part: Buffer) => this.#packed.push(part));
  }

  /** One at a time. */
  async pack(headers: SpdyHeaders): Promise<Buffer> {
    this.#packed = [];
    await new Promise<void>((resolve, reject) => {
      this.#deflate.write(blockOf(headers), (error) => (error ? reject(error) : resolve()));
    });
    return Buffer.concat(this.#packed);
  }

  close(): void {
    this.#deflate.destroy();
  }
}

/** What an unpacked block says: a count, then names and values, each with its length before it. */
function headersOf(block: Buffer): SpdyHeaders {
  const [count, first] = numberAt(block, 0);
  const headers = new Map<string, string>();
  let at = first;
  for (let index = 0; index < count; index += 1) {
    const [name, valueAt] = textAt(block, at);
    const [value, next] = textAt(block, valueAt);
    headers.set(name.toLowerCase(), value);
    at = next;
  }
  return headers;
}

function textAt(block: Buffer, at: number): readonly [text: string, next: number] {
  const [length, start] = numberAt(block, at);
  const end = start + length;
  if (end > block.length) throw new SpdyError("Cannot read headers: they end too early");
  return [block.toString("latin1", start, end), end];
}

function numberAt(block: Buffer, at: number): readonly [number: number, next: number] {
  if (at + 4 > block.length) throw new SpdyError("Cannot read headers: they end too early");
  return [block.readUInt32BE(at), at + 4];
}

function blockOf(headers: SpdyHeaders): Buffer {
  const texts = [...headers].flat().map((text) => Buffer.from(text, "latin1"));
  return Buffer.concat([length(headers.size), ...texts.flatMap((text) => [length(text.length), text])]);
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
