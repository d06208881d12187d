import { KubeError, type KubeObject, type Logger } from "@heliostat/kube";
import type { Address } from "./address.ts";
import type { DurableStore } from "./durable-store.ts";
import type { Change } from "./history.ts";
import { type PendingWrite, WriteBatch } from "./write-batch.ts";

export interface JournalOptions {
  readonly storage: DurableStore;
  readonly logger: Logger;
  /** Show a stored change to readers and watchers. */
  publish(write: PendingWrite): void;
}

/**
 * Brings changes to the durable store in their order, and shows them only once they are there.
 *
 * Flow: a write joins the batch that waits. One batch at a time is stored; meanwhile the next one grows, so that there
 * are the fewer commits the more is written at once. A batch that the store refuses takes all later writes along: they
 * were decided on a state that never came to be. From then on writers build on what is stored.
 */
export class Journal {
  readonly #options: JournalOptions;
  /** The newest write of each object that waits. */
  readonly #newest = new Map<string, PendingWrite>();
  #waiting = new WriteBatch();
  #inFlight: WriteBatch | undefined;
  #reservedRevision = 0;
  #isClosed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /**
   * Show every stored object.
   *
   * @returns a revision beyond all that were ever given out, even if the loss of power took the newest changes
   */
  async open(visit: (address: Address, object: KubeObject) => void): Promise<number> {
    let meta: Meta = { format: FORMAT, reservedRevision: 0 };
    await this.#options.storage.load((key, text) => {
      if (key === META_KEY) meta = metaOf(text);
      else visit(addressOf(key), JSON.parse(text) as KubeObject);
    });
    this.#reservedRevision = meta.reservedRevision;
    return meta.reservedRevision;
  }

  /** The newest change of an object, while it waits. */
  pending(address: Address): Change | undefined {
    return this.#newest.get(keyOf(address))?.change;
  }

  /** The changes of one resource that wait, oldest first. */
  pendingIn(storageKey: string): readonly Change[] {
    return [...(this.#inFlight?.writes ?? []), ...this.#waiting.writes]
      .filter(({ address }) => address.storageKey === storageKey)
      .map(({ change }) => change);
  }

  /** @throws KubeError `Unavailable` once the journal is closed */
  append(write: PendingWrite): void {
    if (this.#isClosed) throw new KubeError("Unavailable", "the API server is shutting down");
    const isIdle = this.#inFlight === undefined && this.#waiting.isEmpty;
    this.#newest.set(keyOf(write.address), write);
    this.#waiting.add(write);
    // Not at once: what is written in the same turn goes along.
    if (isIdle) void Promise.resolve().then(() => this.#drain());
  }

  /** Fulfilled once every write so far is stored. @throws KubeError `Unavailable` when the store refused one of them */
  settled(): Promise<void> {
    const last = this.#waiting.isEmpty ? this.#inFlight : this.#waiting;
    return last?.settled ?? Promise.resolve();
  }

  /** Store what waits, then close the store. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.settled().catch(() => undefined);
    await this.#options.storage.close();
  }

  async #drain(): Promise<void> {
    while (!this.#waiting.isEmpty) {
      const batch = this.#waiting;
      this.#inFlight = batch;
      this.#waiting = new WriteBatch();
      const refusal = await this.#refusalOf(batch);
      this.#inFlight = undefined;
      if (refusal) this.#refuse(batch, refusal);
      else this.#publish(batch);
    }
  }

  async #refusalOf(batch: WriteBatch): Promise<KubeError | undefined> {
    try {
      await this.#store(batch);
      return undefined;
    } catch (cause) {
      this.#options.logger.error("Cannot store what was written", { error: cause });
      return new KubeError("Unavailable", `the write could not be stored: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  async #store({ writes, lastRevision }: WriteBatch): Promise<void> {
    if (lastRevision >= this.#reservedRevision) await this.#reserve(lastRevision + RESERVED_AT_ONCE);
    const records = writes.map(({ address, change }) => [keyOf(address), textOf(change)] as const);
    await this.#options.storage.commit(new Map(records));
  }

  /** No revision is given out before it is on record, beyond the loss of power, that it may have been. */
  async #reserve(reservedRevision: number): Promise<void> {
    const { storage } = this.#options;
    const meta: Meta = { format: FORMAT, reservedRevision };
    await storage.commit(new Map([[META_KEY, JSON.stringify(meta)]]));
    await storage.sync();
    this.#reservedRevision = reservedRevision;
  }

  #publish(batch: WriteBatch): void {
    for (const write of batch.writes) {
      const key = keyOf(write.address);
      if (this.#newest.get(key) === write) this.#newest.delete(key);
      this.#options.publish(write);
    }
    batch.fulfil();
  }

  #refuse(batch: WriteBatch, refusal: KubeError): void {
    const later = this.#waiting;
    this.#waiting = new WriteBatch();
    this.#newest.clear();
    batch.refuse(refusal);
    later.refuse(refusal);
  }
}

/** What is recorded beside the objects. */
interface Meta {
  readonly format: number;
  readonly reservedRevision: number;
}

const FORMAT = 1;
const META_KEY = "meta";
/** So many revisions are given out between two records of how far they went. */
const RESERVED_AT_ONCE = 100_000;
/** No resource has it in its storage key; names of objects may. */
const SEPARATOR = ":";

function metaOf(text: string): Meta {
  const meta = JSON.parse(text) as Meta;
  if (meta.format === FORMAT) return meta;
  throw new Error(
    `Cannot read the stored objects: they have format ${meta.format}, and this version reads ${FORMAT}`,
  );
}

function keyOf({ storageKey, key }: Address): string {
  return `${storageKey}${SEPARATOR}${key}`;
}

function addressOf(text: string): Address {
  const end = text.indexOf(SEPARATOR);
  return { storageKey: text.slice(0, end), key: text.slice(end + 1) };
}

function textOf({ type, stored }: Change): string | undefined {
  return type === "DELETED" ? undefined : stored.json;
}
