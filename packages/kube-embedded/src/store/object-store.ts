import { type Clock, KubeError, type KubeObject, type Logger, SILENT } from "@heliostat/kube";
import type { Address } from "./address.ts";
import { Collection } from "./collection.ts";
import type { DurableStore } from "./durable-store.ts";
import type { Change, HistoryLimits } from "./history.ts";
import { Journal } from "./journal.ts";
import { StoredRevision } from "./stored-revision.ts";
import type { PendingWrite } from "./write-batch.ts";

export interface ObjectStoreOptions {
  readonly clock: Clock;
  readonly history?: HistoryLimits;
  /** Where objects outlive the process. @default nowhere: a change is visible as soon as it is made */
  readonly storage?: DurableStore;
  /** @default silent */
  readonly logger?: Logger;
}

/**
 * All objects of the API, in memory, under one revision that grows with every change.
 *
 * There are two views of them. Writers decide on the newest state ({@link get}), which includes what is still on its
 * way to the durable store. Readers, lists and watches see what has arrived there ({@link visible},
 * {@link collection}, {@link revision}), so that nobody is shown what may yet be refused. A write is to be answered
 * only when it is {@link settled}; without a durable store the two views are one.
 */
export class ObjectStore {
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #collections = new Map<string, Collection>();
  readonly #journal: Journal | undefined;
  /** Of the last visible change. */
  #revision = 1;
  /** The last one given out. Those of refused changes are not used again. */
  #newestRevision = 1;
  #openedAtRevision = 0;

  constructor({ clock, history = {}, storage, logger = SILENT }: ObjectStoreOptions) {
    this.#clock = clock;
    this.#limits = history;
    this.#journal = storage && new Journal({ storage, logger, publish: (write) => this.#publish(write) });
  }

  /**
   * Read what the durable store holds. What was known of revisions before is too old from now on.
   *
   * @throws Error when it cannot be read, or is damaged
   */
  async open(): Promise<void> {
    if (!this.#journal) return;
    const revision = await this.#journal.open(({ storageKey, key }, object) => {
      const { resourceVersion } = object.metadata;
      this.collection(storageKey).restore(new StoredRevision(key, Number(resourceVersion), object));
    });
    this.#openedAtRevision = revision;
    this.#revision = Math.max(this.#revision, revision);
    this.#newestRevision = this.#revision;
    for (const collection of this.#collections.values()) collection.forgetUntil(revision);
  }

  /** Fulfilled once every change so far is stored and visible. @throws KubeError `Unavailable` when one was refused */
  settled(): Promise<void> {
    return this.#journal?.settled() ?? Promise.resolve();
  }

  /** Store what is on its way and give the durable store back; writes are refused from now on. */
  async close(): Promise<void> {
    await this.#journal?.close();
  }

  /** The revision of the last visible change. */
  get revision(): number {
    return this.#revision;
  }

  /** The newest state of an object, for writers to build upon: it may not have arrived yet. */
  get(address: Address): StoredRevision | undefined {
    const pending = this.#journal?.pending(address);
    if (pending === undefined) return this.visible(address);
    return pending.type === "DELETED" ? undefined : pending.stored;
  }

  /** The state of an object that readers may see. */
  visible({ storageKey, key }: Address): StoredRevision | undefined {
    return this.#collections.get(storageKey)?.get(key);
  }

  /** The changes of a resource that are on their way, oldest first. */
  pendingIn(storageKey: string): readonly Change[] {
    return this.#journal?.pendingIn(storageKey) ?? [];
  }

  /** The newest states of what is visible below a prefix: for writers whose decision rests on several objects. */
  *newestBelow(storageKey: string, prefix: string): IterableIterator<StoredRevision> {
    for (const { key } of this.collection(storageKey).range(prefix)) {
      const stored = this.get({ storageKey, key });
      if (stored) yield stored;
    }
  }

  /** The objects of a resource that readers may see. */
  collection(storageKey: string): Collection {
    const known = this.#collections.get(storageKey);
    if (known) return known;
    const collection = new Collection(this.#limits);
    collection.forgetUntil(this.#openedAtRevision);
    this.#collections.set(storageKey, collection);
    return collection;
  }

  /**
   * Store `object`, which from now on is frozen.
   *
   * @param expectedRevision the revision that it replaces; `undefined`: there is none
   * @throws KubeError `Conflict` when the store holds another
   */
  put(address: Address, object: KubeObject, expectedRevision?: number): StoredRevision {
    const previous = this.#expect(address, expectedRevision);
    return this.#commit(address, previous ? "MODIFIED" : "ADDED", object);
  }

  /** Remove an object; `lastState` is what watchers are told. @throws KubeError `Conflict` as in {@link put} */
  remove(address: Address, lastState: KubeObject, expectedRevision: number): StoredRevision {
    this.#expect(address, expectedRevision);
    return this.#commit(address, "DELETED", lastState);
  }

  #expect(address: Address, expectedRevision: number | undefined): StoredRevision | undefined {
    const stored = this.get(address);
    if (stored?.revision !== expectedRevision) {
      throw new KubeError(
        "Conflict",
        `the stored revision of ${address.key} is not ${expectedRevision ?? 0}`,
      );
    }
    return stored;
  }

  #commit(address: Address, type: Change["type"], object: KubeObject): StoredRevision {
    const { key } = address;
    const revision = this.#newestRevision + 1;
    const stored = new StoredRevision(key, revision, object);
    const change = { type, revision, key, stored, previous: this.get(address), atMs: this.#clock.now() };
    const write = { address, change };
    if (this.#journal) this.#journal.append(write);
    else this.#publish(write);
    this.#newestRevision = revision;
    return stored;
  }

  #publish({ address, change }: PendingWrite): void {
    this.#revision = change.revision;
    this.collection(address.storageKey).apply(change);
  }
}
