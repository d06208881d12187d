import type { DeleteOptions, Json, ListOptions } from "@heliostat/kube";
import type { ObjectStore } from "../store/object-store.ts";
import type {
  ApiGetOptions,
  ApiListOptions,
  ApiWatchOptions,
  Caller,
  KubeApi,
  PatchBody,
  StoredEvents,
  StoredList,
  StoredObject,
  Target,
  WriteResult,
} from "./kube-api.ts";

/**
 * The API as callers see it: a write is answered when the durable store has it.
 *
 * That goes for refusals and for writes that change nothing as well: they were decided on the newest state, and are
 * true only if that state comes to be. A verb reads, decides and writes before it waits for anything.
 */
export class SettledApi implements KubeApi {
  readonly #api: KubeApi;
  readonly #store: ObjectStore;

  constructor(api: KubeApi, store: ObjectStore) {
    this.#api = api;
    this.#store = store;
  }

  get(target: Target, options?: ApiGetOptions): Promise<StoredObject> {
    return this.#api.get(target, options);
  }

  list(target: Target, options: ApiListOptions): Promise<StoredList> {
    return this.#api.list(target, options);
  }

  watch(target: Target, options: ApiWatchOptions): AsyncIterable<StoredEvents> {
    return this.#api.watch(target, options);
  }

  create(target: Target, body: Json, caller: Caller): Promise<WriteResult> {
    return this.#settled(this.#api.create(target, body, caller));
  }

  update(target: Target, body: Json, caller: Caller): Promise<WriteResult> {
    return this.#settled(this.#api.update(target, body, caller));
  }

  patch(target: Target, patch: PatchBody, caller: Caller): Promise<WriteResult> {
    return this.#settled(this.#api.patch(target, patch, caller));
  }

  delete(target: Target, options: DeleteOptions, caller: Caller): Promise<WriteResult> {
    return this.#settled(this.#api.delete(target, options, caller));
  }

  deleteCollection(
    target: Target,
    options: DeleteOptions & ListOptions,
    caller: Caller,
  ): Promise<StoredList> {
    return this.#settled(this.#api.deleteCollection(target, options, caller));
  }

  async #settled<T>(write: Promise<T>): Promise<T> {
    // Asked before the first wait: by now the verb has written, and what comes later is other people's.
    const settled = this.#store.settled();
    try {
      return await write;
    } finally {
      await settled;
    }
  }
}
