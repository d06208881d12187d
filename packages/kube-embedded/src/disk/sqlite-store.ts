import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { DurableStore } from "../store/durable-store.ts";
import { type DiskStoreOptions, otherRequests, prepareFolder, syncPath, writeFailure } from "./disk-store.ts";
import { sealedRecord, unsealedText } from "./sealed-record.ts";

const FILE = "objects.sqlite";

/**
 * Objects in an SQLite file with a write-ahead log: the second backend, without a native dependency.
 *
 * Whatever the durability, the loss of power leaves the file whole; `relaxed` may lose the newest changes. Commits
 * block this thread, in `strict` until the disk has them.
 */
export function sqliteStore(options: DiskStoreOptions): DurableStore {
  return new SqliteStore(options);
}

interface Opened {
  readonly database: DatabaseSync;
  readonly put: StatementSync;
  readonly remove: StatementSync;
}

class SqliteStore implements DurableStore {
  readonly #options: DiskStoreOptions;
  #opened: Opened | undefined;

  constructor(options: DiskStoreOptions) {
    this.#options = options;
  }

  async load(visit: (key: string, text: string) => void): Promise<void> {
    const { folder } = this.#options;
    prepareFolder(folder, FILE);
    try {
      const { database } = await this.#open();
      for (const row of database.prepare("SELECT key, record FROM records ORDER BY key").iterate()) {
        const { key, record } = row as { readonly key: string; readonly record: Uint8Array };
        visit(key, unsealedText(key, record));
      }
    } catch (cause) {
      await this.close();
      throw new Error(`Cannot read the stored objects in ${folder}: ${(cause as Error).message}`, { cause });
    }
    await syncPath(folder);
  }

  async commit(writes: ReadonlyMap<string, string | undefined>): Promise<void> {
    await otherRequests();
    const opened = this.#database;
    try {
      opened.database.exec("BEGIN IMMEDIATE");
      for (const [key, text] of writes) {
        if (text === undefined) opened.remove.run(key);
        else opened.put.run(key, sealedRecord(key, text));
      }
      opened.database.exec("COMMIT");
    } catch (cause) {
      if (opened.database.isTransaction) opened.database.exec("ROLLBACK");
      throw await writeFailure(this.#options.folder, cause);
    }
  }

  async sync(): Promise<void> {
    if (this.#options.durability === "relaxed") this.#database.database.exec("PRAGMA wal_checkpoint(FULL)");
  }

  async close(): Promise<void> {
    this.#opened?.database.close();
    this.#opened = undefined;
  }

  get #database(): Opened {
    if (!this.#opened) throw new Error("the store is not open");
    return this.#opened;
  }

  async #open(): Promise<Opened> {
    const { folder, durability } = this.#options;
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(join(folder, FILE));
    try {
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(`PRAGMA synchronous = ${durability === "strict" ? "FULL" : "NORMAL"}`);
      database.exec("CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT");
      const put =
        "INSERT INTO records VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET record = excluded.record";
      const remove = "DELETE FROM records WHERE key = ?";
      this.#opened = { database, put: database.prepare(put), remove: database.prepare(remove) };
      return this.#opened;
    } catch (cause) {
      database.close();
      throw cause;
    }
  }
}
