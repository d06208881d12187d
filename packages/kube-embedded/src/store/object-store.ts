import { type Clock, KubeError, type KubeObject } from "@heliostat/kube";
import { Collection } from "./collection.ts";
import type { Change, HistoryLimits } from "./history.ts";
import { StoredRevision } from "./stored-revision.ts";

/** Where an object is stored: its resource and, within it, `namespace/name`. */
export interface Address {
  readonly storageKey: string;
  readonly key: string;
}

export interface ObjectStoreOptions {
  readonly clock: Clock;
  readonly history?: HistoryLimits;
}

/**
 * All objects of the API, in memory, under one revision that grows with every change.
 *
 * Every change passes through one function, in which a journal on disk would be asked first. Reads between two
 * commits see one state: nothing here waits.
 */
export class ObjectStore {
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #collections = new Map<string, Collection>();
  #revision = 1;

  constructor({ clock, history = {} }: ObjectStoreOptions) {
    this.#clock = clock;
    this.#limits = history;
  }

  /** The revision of the last change. */
  get revision(): number {
    return this.#revision;
  }

  get({ storageKey, key }: Address): StoredRevision | undefined {
    return this.#collections.get(storageKey)?.get(key);
  }

  collection(storageKey: string): Collection {
    const known = this.#collections.get(storageKey);
    if (known) return known;
    const collection = new Collection(this.#limits);
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

  #commit({ storageKey, key }: Address, type: Change["type"], object: KubeObject): StoredRevision {
    const revision = this.#revision + 1;
    const stored = new StoredRevision(key, revision, object);
    const collection = this.collection(storageKey);
    const previous = collection.get(key);
    this.#revision = revision;
    collection.apply({ type, revision, key, stored, previous, atMs: this.#clock.now() });
    return stored;
  }
}
