import { type Change, History, type HistoryLimits } from "./history.ts";
import type { StoredRevision } from "./stored-revision.ts";

/** The objects of one resource in the order of their keys, with the changes that led here. */
export class Collection {
  readonly #objects = new Map<string, StoredRevision>();
  readonly #keys: string[] = [];
  readonly #history: History;
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
    for (let index = this.#indexOf(start); index < this.#keys.length; index += 1) {
      const key = this.#keys[index] ?? "";
      if (!key.startsWith(prefix)) return;
      const stored = this.#objects.get(key);
      if (stored) yield stored;
    }
  }

  /** {@link range} as it was at `revision`. @throws KubeError `Expired` when that is forgotten */
  rangeAt(revision: number, prefix: string, start: string = prefix): Iterable<StoredRevision> {
    const changes = this.#history.after(revision);
    if (changes.length === 0) return this.range(prefix, start);
    const past = new Map<string, StoredRevision | undefined>();
    for (const { key, previous } of changes) if (!past.has(key)) past.set(key, previous);
    const restored = [...past.values()].filter(
      (stored) => stored?.key.startsWith(prefix) && stored.key >= start,
    ) as StoredRevision[];
    restored.sort((left, right) => (left.key < right.key ? -1 : 1));
    return restoredRange(this.range(prefix, start), past, restored);
  }

  /** How many {@link range} has, or {@link rangeAt} with a revision, counted without a look at each. */
  count(prefix: string, start: string, revision?: number): number {
    const end = prefix === "" ? this.#keys.length : this.#indexOf(afterAll(prefix));
    const present = end - this.#indexOf(start);
    if (revision === undefined) return present;
    const seen = new Set<string>();
    let change = 0;
    for (const { key, previous } of this.#history.after(revision)) {
      if (seen.has(key) || key < start || !key.startsWith(prefix)) continue;
      seen.add(key);
      change += Number(previous !== undefined) - Number(this.#objects.has(key));
    }
    return present + change;
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
    this.#keys.splice(this.#indexOf(key), 0, key);
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
    if (type === "ADDED") this.#keys.splice(this.#indexOf(key), 0, key);
    if (type === "DELETED") {
      this.#keys.splice(this.#indexOf(key), 1);
      this.#objects.delete(key);
    } else {
      this.#objects.set(key, stored);
    }
    this.#history.append(change);
    for (const listener of this.#listeners) listener(change);
  }

  /** Where `key` stands, or would stand. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
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
