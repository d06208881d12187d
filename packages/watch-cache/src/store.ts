import { type KubeObject, keyOf, nameOf } from "@heliostat/kube";
import type { Index } from "./indices.ts";
import type { CacheReader, Change, ChangeHandler } from "./watch-cache.ts";

/**
 * Objects by key, with indices that are built when first asked for and kept since.
 *
 * **Guarantees.** An object that comes again with the same uid and resourceVersion is not a change. Handlers
 * are called after the store and all its indices hold the new state, all of it when a list is replaced.
 */
export class Store<T extends KubeObject> implements CacheReader<T> {
  readonly #objects = new Map<string, T>();
  readonly #indices = new Map<string, BuiltIndex<T>>();
  readonly #handlers = new Set<ChangeHandler<T>>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  byIndex(index: Index<T>, value: string): readonly T[] {
    const keys = this.#built(index).keysByValue.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  onChange(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  put(after: T): void {
    this.#tell(this.#changesOfPut(after));
  }

  remove(object: T): void {
    const key = keyOf(nameOf(object));
    if (this.#objects.has(key)) this.#tell([{ key, before: object }]);
  }

  /** Hold exactly `items`: what is missing among them is removed. Handlers are told when all of it is in. */
  replace(items: readonly T[]): void {
    const kept = new Set(items.map((item) => keyOf(nameOf(item))));
    const removed = [...this.#objects]
      .filter(([key]) => !kept.has(key))
      .map(([key, before]): Change<T> => ({ key, before }));
    this.#tell([...removed, ...items.flatMap((item) => this.#changesOfPut(item))]);
  }

  #changesOfPut(after: T): readonly Change<T>[] {
    const key = keyOf(nameOf(after));
    const before = this.#objects.get(key);
    if (!before) return [{ key, after }];
    return isSameVersion(before, after) ? [] : [{ key, before, after }];
  }

  /** A handler that looks around must never find half of a list: whoever plans from that makes what is there already. */
  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) this.#set(change);
    for (const change of changes) for (const handler of this.#handlers) handler(change);
  }

  #set(change: Change<T>): void {
    const held = this.#objects.get(change.key);
    if (change.after) this.#objects.set(change.key, change.after);
    else this.#objects.delete(change.key);
    for (const built of this.#indices.values()) {
      if (held) unlist(built, change.key, held);
      if (change.after) enlist(built, change.key, change.after);
    }
  }

  #built(index: Index<T>): BuiltIndex<T> {
    const existing = this.#indices.get(index.name);
    if (existing) return existing;
    const built: BuiltIndex<T> = { index, keysByValue: new Map() };
    for (const [key, object] of this.#objects) enlist(built, key, object);
    this.#indices.set(index.name, built);
    return built;
  }
}

interface BuiltIndex<T extends KubeObject> {
  readonly index: Index<T>;
  readonly keysByValue: Map<string, Set<string>>;
}

function enlist<T extends KubeObject>({ index, keysByValue }: BuiltIndex<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = keysByValue.get(value);
    if (keys) keys.add(key);
    else keysByValue.set(value, new Set([key]));
  }
}

function unlist<T extends KubeObject>({ index, keysByValue }: BuiltIndex<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = keysByValue.get(value);
    keys?.delete(key);
    if (keys?.size === 0) keysByValue.delete(value);
  }
}

function isSameVersion({ metadata: left }: KubeObject, { metadata: right }: KubeObject): boolean {
  return (
    left.resourceVersion !== undefined &&
    left.resourceVersion === right.resourceVersion &&
    left.uid === right.uid
  );
}
