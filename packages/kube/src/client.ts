import type { Json, KubeObject, ObjectName } from "./object.ts";
import type { Resource } from "./resource.ts";

/** The read half of the port to a Kubernetes API. */
export interface KubeReader {
  /** @throws KubeError `NotFound` */
  get<T extends KubeObject>(resource: Resource<T>, name: ObjectName, options?: CallOptions): Promise<T>;

  /**
   * All objects that match, in the order of their keys, with the revision at which the list was true.
   *
   * @throws KubeError `Expired` when `continueToken` is too old
   */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<ObjectList<T>>;

  /**
   * Changes after `resourceVersion` (without one: first the present state as `ADDED`), until the signal aborts or the
   * server ends the stream. Ending is normal; an `ERROR` event is not thrown but yielded, since it ends the stream too.
   *
   * @throws KubeError when the stream cannot be opened
   */
  watch<T extends KubeObject>(resource: Resource<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
}

/** The write half. Every method answers with the object as it is stored. */
export interface KubeWriter {
  /** @throws KubeError `AlreadyExists`, `Invalid`, `Forbidden`; `NotFound` when the namespace is absent */
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: CreateOptions): Promise<T>;

  /** Replace the whole object. @throws KubeError `Conflict` when its resourceVersion is not the stored one, `NotFound`, `Invalid` */
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: SubresourceOptions): Promise<T>;

  /** @throws KubeError `NotFound`, `Conflict` when the patch carries another resourceVersion or uid, `Invalid` */
  patch<T extends KubeObject>(resource: Resource<T>, name: ObjectName, options: PatchOptions): Promise<T>;

  /**
   * Server-side apply: the object as far as the caller has an opinion. What he applied before and now leaves out goes,
   * unless somebody else owns it; an object that is not there is created.
   *
   * @throws KubeError `Conflict` when a field would change that somebody else owns (not with `force`), `Invalid`
   */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: Applicable<T>,
    options: ApplyOptions,
  ): Promise<T>;

  /**
   * Ask for deletion. What happens at once and what waits for a grace period or finalizers is the API's business.
   *
   * @throws KubeError `NotFound`; `Conflict` when a precondition does not hold
   */
  delete(resource: Resource, name: ObjectName, options?: DeleteOptions): Promise<void>;
}

/**
 * The one port through which any room reads or changes a cluster.
 *
 * Its adapters pass one conformance suite (`conformance/client.conformance.ts`), throw nothing but `KubeError`
 * on purpose, and never change the objects they are given.
 */
export interface KubeClient extends KubeReader, KubeWriter {}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  /** @default all namespaces */
  readonly namespace?: string;
  /** `ray.io/cluster=demo,!gone` */
  readonly labelSelector?: string;
  /** `spec.nodeName=laptop` */
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continueToken?: string;
  /** Not older than this; `"0"` means whatever is at hand. @default the newest */
  readonly resourceVersion?: string;
}

export interface ObjectList<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Present when there is more. */
  readonly continueToken?: string;
}

export interface WatchOptions extends Omit<ListOptions, "limit" | "continueToken"> {
  /** @default false */
  readonly allowBookmarks?: boolean;
  /** How long the server should keep the stream. */
  readonly timeoutSeconds?: number;
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  /** Nothing changed, but everything up to this revision has been seen. */
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string }
  /** The stream is over. `code` 410: what we asked for is no longer kept; list again. */
  | { readonly type: "ERROR"; readonly code: number; readonly message: string };

export interface WriteOptions extends CallOptions {
  /** Who writes, for managedFields. @default the adapter's own name */
  readonly fieldManager?: string;
  /** Do everything but store. @default false */
  readonly isDryRun?: boolean;
  /** Refuse a field that the kind does not have, rather than drop it (Kubernetes: `fieldValidation`). @default false */
  readonly isStrict?: boolean;
}

export interface CreateOptions extends WriteOptions {
  /** Create below the object that has the same name: `pods/binding`. The answer is whatever the API says to that. */
  readonly subresource?: "binding" | "eviction" | "token";
}

export interface SubresourceOptions extends WriteOptions {
  /** `finalize` exists for namespaces, and for `update` alone. */
  readonly subresource?: "status" | "scale" | "finalize" | "ephemeralcontainers";
}

export type Patch =
  | { readonly type: "merge"; readonly body: Json }
  | { readonly type: "json"; readonly body: readonly JsonPatchOperation[] }
  | { readonly type: "strategic"; readonly body: Json };

export interface PatchOptions extends SubresourceOptions {
  readonly patch: Patch;
}

/** A configuration to apply: an object in which everything but its identity may be missing. */
export type Applicable<T extends KubeObject> = PartialDeep<T> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectName;
};

/** `T` with every member optional, all the way down. Lists are applied as they are. */
type PartialDeep<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: PartialDeep<T[K]> }
    : T;

export interface ApplyOptions extends SubresourceOptions {
  /** Who applies: it owns what it says, under this name and until it no longer says so. */
  readonly fieldManager: string;
  /** Take from other owners what the configuration wants otherwise. @default false */
  readonly force?: boolean;
}

/** One step of an RFC 6902 patch. */
export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

export interface DeleteOptions extends CallOptions {
  readonly gracePeriodSeconds?: number;
  /** @default Background */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  /** Delete only the very object that was seen. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}
