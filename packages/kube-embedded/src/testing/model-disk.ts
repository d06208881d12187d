import { sealedRecord, unsealedText } from "../disk/sealed-record.ts";
import type { DurableStore } from "../store/durable-store.ts";

export interface ModelDiskOptions {
  /** Sync before each answer. @default true */
  readonly isStrict?: boolean;
  /** Called before each commit; what it throws, the disk answers. */
  readonly beforeCommit?: () => Promise<void> | void;
}

/**
 * A disk that remembers which of its bytes were synced, under a store that is a log: each commit is one record,
 * length, checksum and all its writes. What follows the last whole record was never answered for.
 */
export class ModelDisk {
  readonly #options: ModelDiskOptions;
  #bytes: Buffer;
  #syncedLength: number;

  constructor(options: ModelDiskOptions = {}, bytes: Buffer = Buffer.alloc(0)) {
    this.#options = options;
    this.#bytes = bytes;
    this.#syncedLength = bytes.length;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get syncedLength(): number {
    return this.#syncedLength;
  }

  /** The disk after the loss of power: of what was not synced, only the first bytes are there. */
  afterPowerLoss(survivingBytes = 0): ModelDisk {
    return this.cutAt(this.#syncedLength + survivingBytes);
  }

  cutAt(length: number): ModelDisk {
    return new ModelDisk(this.#options, Buffer.from(this.#bytes.subarray(0, length)));
  }

  /** A store on this disk, as a process opens it. */
  store(): DurableStore {
    return {
      load: async (visit) => {
        const { records, length } = wholeRecords(this.#bytes);
        this.#bytes = this.#bytes.subarray(0, length);
        const state = new Map<string, string>();
        for (const writes of records) {
          for (const [key, text] of writes) {
            if (text === null) state.delete(key);
            else state.set(key, text);
          }
        }
        for (const [key, text] of state) visit(key, text);
      },
      commit: async (writes) => {
        await this.#options.beforeCommit?.();
        const texts = [...writes].map(([key, text]) => [key, text ?? null]);
        this.#bytes = Buffer.concat([this.#bytes, framed(JSON.stringify(texts))]);
        if (this.#options.isStrict ?? true) this.#sync();
      },
      sync: async () => this.#sync(),
      close: async () => this.#sync(),
    };
  }

  #sync(): void {
    this.#syncedLength = this.#bytes.length;
  }
}

type LogRecord = readonly (readonly [key: string, text: string | null])[];

const LENGTH_BYTES = 4;

function framed(text: string): Buffer {
  const record = sealedRecord("log", text);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(record.length);
  return Buffer.concat([length, record]);
}

function wholeRecords(bytes: Buffer): { readonly records: readonly LogRecord[]; readonly length: number } {
  const records: LogRecord[] = [];
  let position = 0;
  while (position + LENGTH_BYTES <= bytes.length) {
    const end = position + LENGTH_BYTES + bytes.readUInt32BE(position);
    if (end > bytes.length) break;
    records.push(JSON.parse(unsealedText("log", bytes.subarray(position + LENGTH_BYTES, end))) as LogRecord);
    position = end;
  }
  return { records, length: position };
}
