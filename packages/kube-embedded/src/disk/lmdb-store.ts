import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Database, RootDatabase } from "lmdb";
import type { DurableStore } from "../store/durable-store.ts";
import { type DiskStoreOptions, otherRequests, prepareFolder, syncPath, writeFailure } from "./disk-store.ts";
import { sealedRecord, unsealedText } from "./sealed-record.ts";

const FILE = "objects.mdb";

/**
 * Objects in an LMDB file: the default.
 *
 * `strict` writes on a thread of LMDB's, which syncs before it answers. `relaxed` leaves it to the operating system
 * when and in which order pages reach the disk: after the loss of power the newest changes, or the whole file, may be
 * lost; whatever is damaged is found by its checksum.
 */
export function lmdbStore(options: DiskStoreOptions): DurableStore {
  return new LmdbStore(options);
}

class LmdbStore implements DurableStore {
  readonly #options: DiskStoreOptions;
  readonly #path: string;
  #opened: RootDatabase<Buffer, string> | undefined;

  constructor(options: DiskStoreOptions) {
    this.#options = options;
    this.#path = join(options.folder, FILE);
  }

  async load(visit: (key: string, text: string) => void): Promise<void> {
    const { folder } = this.#options;
    prepareFolder(folder, FILE);
    try {
      await this.#open();
      for (const { key, value } of this.#database.getRange()) visit(key, unsealedText(key, value));
    } catch (cause) {
      await this.close();
      throw new Error(`Cannot read the stored objects in ${folder}: ${(cause as Error).message}`, { cause });
    }
    await syncPath(folder);
  }

  async commit(writes: ReadonlyMap<string, string | undefined>): Promise<void> {
    try {
      if (this.#options.durability === "strict") await this.#writeAndSync(writes);
      else await this.#writeHere(writes);
    } catch (cause) {
      throw await writeFailure(this.#options.folder, cause);
    }
  }

  async sync(): Promise<void> {
    if (this.#options.durability === "relaxed") await syncPath(this.#path);
  }

  async close(): Promise<void> {
    const database = this.#opened;
    this.#opened = undefined;
    if (!database) return;
    await database.close();
    await this.sync();
  }

  get #database(): Database<Buffer, string> {
    if (!this.#opened) throw new Error("the store is not open");
    return this.#opened;
  }

  /** Loaded here: whoever keeps nothing does not carry the native library. */
  async #open(): Promise<void> {
    assertOwnFile(this.#path);
    const { open } = await import("lmdb");
    this.#opened = open<Buffer, string>({
      path: this.#path,
      noSubdir: true,
      encoding: "binary",
      // A commit that fails inside of a batch of LMDB's own making would be a rejection that nobody can handle.
      eventTurnBatching: false,
      // Either no sync at all, or one before the answer: not one that follows after it.
      ...(this.#options.durability === "relaxed" ? { noSync: true } : { overlappingSync: false }),
    });
  }

  async #writeHere(writes: ReadonlyMap<string, string | undefined>): Promise<void> {
    await otherRequests();
    this.#database.transactionSync(() => this.#write(writes));
  }

  async #writeAndSync(writes: ReadonlyMap<string, string | undefined>): Promise<void> {
    let each: readonly Promise<boolean>[] = [];
    const whole = this.#database.batch(() => {
      each = this.#write(writes);
    });
    // All of them fail together, and each wants to be heard.
    const outcomes = await Promise.allSettled([whole, ...each]);
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw await commitError(failed.reason);
  }

  #write(writes: ReadonlyMap<string, string | undefined>): readonly Promise<boolean>[] {
    const database = this.#database;
    return [...writes].map(([key, text]) =>
      text === undefined ? database.remove(key) : database.put(key, sealedRecord(key, text)),
    );
  }
}

/** LMDB's mark, after the header of the first page. */
const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;

/** LMDB itself would map whatever the file holds, and end the process. */
function assertOwnFile(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(MAGIC_AT + 4);
    const length = readSync(file, start);
    if (length === 0 || start.readUInt32LE(MAGIC_AT) === MAGIC) return;
    throw new Error(`${FILE} is damaged, or no LMDB file`);
  } finally {
    closeSync(file);
  }
}

/** LMDB's word on a failed commit comes as a promise inside of the error. */
async function commitError(error: Error & { readonly commitError?: Promise<never> }): Promise<Error> {
  try {
    await error.commitError;
  } catch (cause) {
    return cause as Error;
  }
  return error;
}
