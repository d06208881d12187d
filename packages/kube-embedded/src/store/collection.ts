import { type Change, History, type HistoryLimits } from "./history.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { StoredRevision } from "./stored-revision.ts";

/** How objects that have changed between two revisions were at the first of them. */
interface Past {
  readonly revision: number;
  readonly upTo: number;
  readonly changed: Map<string, StoredRevision | undefined>;
}

const NO_PAST: Past = { revision: -1, upTo: -1, changed: new Map() };

/** The objects of one resource in the order of their keys, with the changes that led here. */
export class Collection {
  readonly #objects = new Map<string, StoredRevision>();
  readonly #keys = new SortedKeys();
  readonly #history: History;
  #lastPast: Past = NO_PAST;
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(limits: HistoryLimits) {
    this.#history = new History(limits);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredRevision | undefined {
    return this.#objects.get(key);
  }

  /** What there is under keys that begin with `prefix`, from `start` on. */
  *range(prefix: string, start: string = prefix): Generator<StoredRevision> {
    for (const key of this.#keys.from(start)) {
      if (!key.startsWith(prefix)) return;
      const stored = this.#objects.get(key);
      if (stored) yield stored;
    }
  }

  /** {@link range} as it was at `revision`. @throws KubeError `Expired` when that is forgotten */
  rangeAt(revision: number, prefix: string, start: string = prefix): Iterable<StoredRevision> {
    const past = this.#changedSince(revision);
    if (past.size === 0) return this.range(prefix, start);
    const restored = [...past.values()].filter(
      (stored) => stored?.key.startsWith(prefix) && stored.key >= start,
    ) as StoredRevision[];
    restored.sort((left, right) => (left.key < right.key ? -1 : 1));
    return restoredRange(this.range(prefix, start), past, restored);
  }

  /** How many {@link range} has, or {@link rangeAt} with a revision, counted without a look at each. */
  count(prefix: string, start: string, revision?: number): number {
    const end = prefix === "" ? this.size : this.#keys.countBefore(afterAll(prefix));
    const present = end - this.#keys.countBefore(start);
    if (revision === undefined) return present;
    let change = 0;
    for (const [key, previous] of this.#changedSince(revision)) {
      if (key < start || !key.startsWith(prefix)) continue;
      change += Number(previous !== undefined) - Number(this.#objects.has(key));
    }
    return present + change;
  }

  /**
   * What has changed since `revision`, as it was then (`undefined`: not there). The pages of a list ask again and
   * again for the same revision, so the answer is kept and only what is new is added.
   *
   * @throws KubeError `Expired` when that is forgotten
   */
  #changedSince(revision: number): ReadonlyMap<string, StoredRevision | undefined> {
    this.#history.assertKnown(revision);
    const { revision: known, upTo, changed } = this.#lastPast;
    const isKnown = known === revision;
    const past = isKnown ? changed : new Map<string, StoredRevision | undefined>();
    let last = isKnown ? upTo : revision;
    for (const change of this.#history.after(last)) {
      if (!past.has(change.key)) past.set(change.key, change.previous);
      last = change.revision;
    }
    this.#lastPast = { revision, upTo: last, changed: past };
    return past;
  }

  changesAfter(revision: number): readonly Change[] {
    return this.#history.after(revision);
  }

  /** Listeners hear of changes in order and must not write. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Take over an object from before this process. Listeners hear of it as of one that is new. */
  restore(stored: StoredRevision): void {
    const { key, revision } = stored;
    this.#keys.add(key);
    this.#objects.set(key, stored);
    const change: Change = { type: "ADDED", revision, key, stored, previous: undefined, atMs: 0 };
    for (const listener of this.#listeners) listener(change);
  }

  /** Whoever asks for changes since an earlier revision is told that they are forgotten. */
  forgetUntil(revision: number): void {
    this.#history.forgetUntil(revision);
  }

  apply(change: Change): void {
    const { key, type, stored } = change;
    if (type === "ADDED") this.#keys.add(key);
    if (type === "DELETED") {
      this.#keys.remove(key);
      this.#objects.delete(key);
    } else {
      this.#objects.set(key, stored);
    }
    this.#history.append(change);
    for (const listener of this.#listeners) listener(change);
  }
}

/** The first text after all that begin with `prefix`. */
function afterAll(prefix: string): string {
  const last = prefix.length - 1;
  return `${prefix.slice(0, last)}${String.fromCharCode(prefix.charCodeAt(last) + 1)}`;
}

/** What is there now and was there then, with what has changed since put in its place, in the order of keys. */
function* restoredRange(
  present: Iterable<StoredRevision>,
  past: ReadonlyMap<string, unknown>,
  restored: readonly StoredRevision[],
): Generator<StoredRevision> {
  let next = 0;
  for (const stored of present) {
    if (past.has(stored.key)) continue;
    for (let old = restored[next]; old && old.key < stored.key; old = restored[next]) {
      yield old;
      next += 1;
    }
    yield stored;
  }
  yield* restored.slice(next);
}
