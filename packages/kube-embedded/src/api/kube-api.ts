import type {
  DeleteOptions,
  Json,
  JsonPatchOperation,
  KubeObject,
  ListOptions,
  WatchOptions,
} from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";

/** An object together with the text that goes over the wire: each stored revision is serialised once. */
export interface StoredObject {
  readonly object: KubeObject;
  readonly json: string;
}

export interface StoredList {
  readonly items: readonly StoredObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  readonly remainingItemCount?: number;
}

export type StoredEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly stored: StoredObject }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly isInitialEventsEnd: boolean }
  | { readonly type: "ERROR"; readonly error: import("@heliostat/kube").KubeError };

/** In their order; never none. */
export type StoredEvents = readonly StoredEvent[];

/** A collection, or with `name` one object in it. */
export interface Target {
  readonly resource: ServedResource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Who calls and how strictly the body is to be read. */
export interface Caller {
  readonly user: UserInfo;
  /** Who writes, for managedFields: the query's fieldManager, else the user agent's first word. */
  readonly fieldManager: string;
  /** @default false */
  readonly isDryRun?: boolean;
  /** What becomes of unknown fields: refused, reported through `warn`, or dropped silently. @default Warn */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  /** Whether a PUT or an apply to what is not there may create it. @default true */
  readonly canCreate?: boolean;
  /** Receives the text of each `Warning` header. */
  warn?(text: string): void;
}

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** What else the authenticator knows: the pod that a token is bound to, or what an impersonator claims. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export type PatchBody =
  | { readonly type: "merge" | "strategic" | "apply"; readonly body: Json; readonly force?: boolean }
  | { readonly type: "json"; readonly body: readonly JsonPatchOperation[] };

export interface ApiWatchOptions extends WatchOptions {
  /** Begin with the present state and mark its end with a bookmark (Kubernetes: WatchList). */
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
}

export interface ApiGetOptions {
  /** Not older than this. @default the newest there is */
  readonly resourceVersion?: string;
}

export interface ApiListOptions extends ListOptions {
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
}

/** What a write did: `created` decides between 200 and 201, `removed` whether the object is gone. */
export interface WriteResult extends StoredObject {
  readonly outcome: "created" | "updated" | "unchanged" | "removed" | "terminating";
  /** As what watchers hear of this very object. @default they do not */
  readonly toldAs?: "ADDED" | "MODIFIED";
}

/**
 * The verbs of the Kubernetes API on typed values: everything below HTTP. The server and the in-process client
 * both call it, so what one of them can do the other can. All methods throw only `KubeError` on purpose.
 */
export interface KubeApi {
  /** A revision that is not reached in three seconds is refused (Kubernetes rule); so it is by `list` and `watch`. */
  get(target: Target, options?: ApiGetOptions): Promise<StoredObject>;
  list(target: Target, options: ApiListOptions): Promise<StoredList>;
  /**
   * In batches: all that has happened since the reader took the last one, so that whoever is told of much at once is
   * told once. Ends when the signal aborts or, cleanly, after `timeoutSeconds`. A request that makes no sense throws at once;
   * what goes wrong later is the stream's last event, of type `ERROR`.
   */
  watch(target: Target, options: ApiWatchOptions): AsyncIterable<StoredEvents>;
  create(target: Target, body: Json, caller: Caller): Promise<WriteResult>;
  update(target: Target, body: Json, caller: Caller): Promise<WriteResult>;
  patch(target: Target, patch: PatchBody, caller: Caller): Promise<WriteResult>;
  delete(target: Target, options: DeleteOptions, caller: Caller): Promise<WriteResult>;
  deleteCollection(target: Target, options: DeleteOptions & ListOptions, caller: Caller): Promise<StoredList>;
}
