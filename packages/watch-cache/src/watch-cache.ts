import type { KubeObject, Resource } from "@heliostat/kube";
import type { Index } from "./indices.ts";

/**
 * The objects of one resource as they were a moment ago, kept up to date by a watch. Reading never waits and never
 * asks the API; what it returns is shared and must not be changed.
 */
export interface WatchCache<T extends KubeObject = KubeObject> extends CacheReader<T> {
  readonly resource: Resource<T>;
  /** Fulfilled once the first list is in; never rejected. */
  readonly hasSynced: Promise<void>;
  /** Everything that happened up to this revision is in; `""` before the first list. */
  readonly revision: string;
  /** Call `handler` after each change, the first list's objects included. Returns how to end that. */
  onChange(handler: ChangeHandler<T>): () => void;
}

/** The read side of a {@link WatchCache}: all that a view is built from. */
export interface CacheReader<T extends KubeObject = KubeObject> {
  /** By `namespace/name`, or `name` alone for a cluster-scoped object. */
  get(key: string): T | undefined;
  list(): readonly T[];
  /** The objects under one value of an index; the index is built when it is first asked for. */
  byIndex(index: Index<T>, value: string): readonly T[];
}

/** What became of one key: `before` is absent for an addition, `after` for a removal. */
export interface Change<T extends KubeObject = KubeObject> {
  readonly key: string;
  readonly before?: T;
  readonly after?: T;
}

export type ChangeHandler<T extends KubeObject = KubeObject> = (change: Change<T>) => void;
