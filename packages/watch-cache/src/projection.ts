import type { KubeObject } from "@heliostat/kube";

/**
 * Which fields of an object are kept, by name; those of a list apply to each of its elements, and an element of which
 * nothing is kept is left out. A name that ends with `*` stands for all that begin so.
 *
 * - `shared`: kept whole. It is often the same in many objects, which then have it in common: once in memory.
 * - `own`: kept whole. It is hardly ever the same twice.
 */
export interface Fields {
  readonly [name: string]: "shared" | "own" | Fields;
}

/**
 * What a cache may hold instead of whole objects, for the sake of memory: the same objects with nothing but `fields`
 * in them. Whoever reads from such a cache must not look for anything else.
 *
 * @param fields must keep name, namespace, uid and resourceVersion, and whatever indices look at
 */
export function projectionOf<T extends KubeObject>(fields: Fields): (object: T) => T {
  const pool = new Pool();
  const tree = treeOf(fields);
  // Every field of a Kubernetes object may be missing, so what is left of one is still one.
  return (object) => projected(object, tree, pool) as T;
}

type Keep = "shared" | "own" | Tree;

interface Tree {
  readonly byName: ReadonlyMap<string, Keep>;
  readonly byPrefix: readonly (readonly [prefix: string, keep: Keep])[];
  /** Whether all that is kept is shared, so that the whole may be. */
  readonly isShared: boolean;
}

function treeOf(fields: Fields): Tree {
  const entries = Object.entries(fields).map(
    ([name, keep]) => [name, typeof keep === "string" ? keep : treeOf(keep)] as const,
  );
  return {
    byName: new Map(entries.filter(([name]) => !name.endsWith("*"))),
    byPrefix: entries
      .filter(([name]) => name.endsWith("*"))
      .map(([name, keep]) => [name.slice(0, -1), keep] as const),
    isShared: entries.every(([, keep]) => keep === "shared" || (typeof keep === "object" && keep.isShared)),
  };
}

function projected(value: unknown, keep: Keep, pool: Pool): unknown {
  if (keep === "own") return value;
  if (keep === "shared") return pool.shared(value);
  const kept = partOf(value, keep, pool);
  return keep.isShared ? pool.shared(kept) : kept;
}

/** What of a value is kept, not shared yet where the whole may be. */
function partOf(value: unknown, tree: Tree, pool: Pool): unknown {
  if (Array.isArray(value)) return value.map((each) => partOf(each, tree, pool)).filter(isNotEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const keep = tree.byName.get(name) ?? tree.byPrefix.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (keep === undefined) continue;
    kept[name] = tree.isShared ? sharedLater(field, keep, pool) : projected(field, keep, pool);
  }
  return kept;
}

function sharedLater(value: unknown, keep: Keep, pool: Pool): unknown {
  return typeof keep === "object" ? partOf(value, keep, pool) : value;
}

function isNotEmpty(value: unknown): boolean {
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}

/** Values in one generation; what nobody has met for two is forgotten, and only costs memory when it comes again. */
const VALUES_PER_GENERATION = 20_000;

/** Values of which there is one for all that are equal to it. */
class Pool {
  #young = new Map<string, unknown>();
  #old = new Map<string, unknown>();

  /** The value, or an equal one that others have already. */
  shared(value: unknown): unknown {
    if (typeof value === "string") return this.#only(value, value);
    return typeof value === "object" && value !== null ? this.#only(JSON.stringify(value), value) : value;
  }

  #only(key: string, value: unknown): unknown {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const only = this.#old.get(key) ?? value;
    if (this.#young.size >= VALUES_PER_GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, only);
    return only;
  }
}
