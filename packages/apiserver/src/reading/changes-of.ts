import { type KubeObject, keyOf, nameOf } from "@heliostat/kube";
import type { WatchCache } from "@heliostat/watch-cache";

/** What became of one object since it was last told; `synced` comes once, after all that was there. */
export type ToldChange<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "SYNCED" };

export interface ChangesOptions<T> {
  readonly matches: (object: T) => boolean;
  readonly signal: AbortSignal;
}

/**
 * The objects of a cache that match, and then every change among them until the signal aborts. Who reads slowly skips
 * states in between, but never the last: no more is kept than one key for each object.
 */
export async function* changesOf<T extends KubeObject>(
  cache: WatchCache<T>,
  { matches, signal }: ChangesOptions<T>,
): AsyncGenerator<ToldChange<T>> {
  const told = new Map<string, T>();
  const changed = new Set<string>();
  let wake: () => void = ignore;
  const rouse = (): void => wake();
  const stopListening = cache.onChange(({ key }) => {
    changed.add(key);
    wake();
  });
  signal.addEventListener("abort", rouse, { once: true });
  try {
    for (const object of cache.list()) changed.add(keyOf(nameOf(object)));
    yield* news();
    yield { type: "SYNCED" };
    while (!signal.aborted) {
      if (changed.size === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      yield* news();
    }
  } finally {
    stopListening();
    signal.removeEventListener("abort", rouse);
  }

  function* news(): Generator<ToldChange<T>> {
    for (const key of changed) {
      changed.delete(key);
      const change = changeOf(key);
      if (change && !signal.aborted) yield change;
    }
  }

  function changeOf(key: string): ToldChange<T> | undefined {
    const before = told.get(key);
    const object = cache.get(key);
    if (object && matches(object)) {
      told.set(key, object);
      return object === before ? undefined : { type: before ? "MODIFIED" : "ADDED", object };
    }
    told.delete(key);
    return before && { type: "DELETED", object: before };
  }
}

function ignore(): void {}
