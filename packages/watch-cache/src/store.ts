import { type KubeObject, keyOf, nameOf } from "@heliostat/kube";
import type { Index } from "./indices.ts";
import type { CacheReader, Change, ChangeHandler } from "./watch-cache.ts";

/**
 * Objects by key, with indices that are built when first asked for and kept since.
 *
 * **Guarantees.** An object that comes again with the same uid and resourceVersion is not a change. A handler is called
 * after the store and all its indices hold the new state.
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
    const key = keyOf(nameOf(after));
    const before = this.#objects.get(key);
    if (before && isSameVersion(before, after)) return;
    this.#set(before ? { key, before, after } : { key, after });
  }

  remove(object: T): void {
    const key = keyOf(nameOf(object));
    if (this.#objects.has(key)) this.#set({ key, before: object });
  }

  /** Hold exactly `items`: what is missing among them is removed. */
  replace(items: readonly T[]): void {
    const kept = new Set(items.map((item) => keyOf(nameOf(item))));
    for (const [key, before] of this.#objects) if (!kept.has(key)) this.#set({ key, before });
    for (const item of items) this.put(item);
  }

  #set(change: Change<T>): void {
    const held = this.#objects.get(change.key);
    if (change.after) this.#objects.set(change.key, change.after);
    else this.#objects.delete(change.key);
    for (const built of this.#indices.values()) {
      if (held) unlist(built, change.key, held);
      if (change.after) enlist(built, change.key, change.after);
    }
    for (const handler of this.#handlers) handler(change);
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
