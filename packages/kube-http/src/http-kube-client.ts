import {
  type Applicable,
  type ApplyOptions,
  apiVersionOf,
  type CallOptions,
  type CreateOptions,
  type DeleteOptions,
  type Json,
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type ObjectList,
  type ObjectName,
  type PatchOptions,
  type Resource,
  type SubresourceOptions,
  type WatchEvent,
  type WatchOptions,
} from "@heliostat/kube";
import type { ApiConnection } from "./http/api-connection.ts";
import { collectionPath, listQuery, objectPath, watchQuery, writeQuery } from "./request-path.ts";
import { splitLines } from "./watch/split-lines.ts";
import { watchEvent } from "./watch/watch-event.ts";

/** What the client needs of a connection. */
export type ApiCaller = Pick<ApiConnection, "call" | "stream">;

/** The port to Kubernetes over HTTP: each method is one request. */
export class HttpKubeClient implements KubeClient {
  readonly #connection: ApiCaller;

  constructor(connection: ApiCaller) {
    this.#connection = connection;
  }

  async get<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    { signal }: CallOptions = {},
  ): Promise<T> {
    const answer = await this.#connection.call({ method: "GET", path: objectPath(resource, name), signal });
    return answer as unknown as T;
  }

  async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const path = collectionPath(resource, options.namespace, listQuery(options));
    const answer = await this.#connection.call({ method: "GET", path, signal: options.signal });
    return objectList(answer as unknown as WireList<T>, resource);
  }

  async *watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const signal = streamSignal(options);
    const path = collectionPath(resource, options.namespace, watchQuery(options));
    try {
      const chunks = await this.#connection.stream({ method: "GET", path, signal });
      for await (const line of splitLines(chunks)) yield watchEvent<T>(line);
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }

  async create<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: CreateOptions = {},
  ): Promise<T> {
    const { subresource } = options;
    const { name, namespace } = object.metadata;
    const query = writeQuery(options);
    const path = subresource
      ? objectPath(resource, { name, ...(namespace && { namespace }) }, { subresource, query })
      : collectionPath(resource, namespace, query);
    return this.#write({ method: "POST", path, type: JSON_TYPE, content: object, options });
  }

  async update<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: SubresourceOptions = {},
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    const place = { subresource: options.subresource, query: writeQuery(options) };
    const path = objectPath(resource, { name, ...(namespace && { namespace }) }, place);
    return this.#write({ method: "PUT", path, type: JSON_TYPE, content: object, options });
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    options: PatchOptions,
  ): Promise<T> {
    const { type, body } = options.patch;
    const place = { subresource: options.subresource, query: writeQuery(options) };
    const path = objectPath(resource, name, place);
    return this.#write({ method: "PATCH", path, type: PATCH_TYPE[type], content: body, options });
  }

  async apply<T extends KubeObject>(
    resource: Resource<T>,
    object: Applicable<T>,
    options: ApplyOptions,
  ): Promise<T> {
    const query = { ...writeQuery(options), force: options.force ? true : undefined };
    const { name, namespace } = object.metadata;
    const place = { subresource: options.subresource, query };
    const path = objectPath(resource, { name, ...(namespace && { namespace }) }, place);
    return this.#write({ method: "PATCH", path, type: APPLY_TYPE, content: object, options });
  }

  async delete(resource: Resource, name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const { gracePeriodSeconds, propagationPolicy = "Background", preconditions } = options;
    const wishes = { gracePeriodSeconds, propagationPolicy, preconditions };
    const content = { apiVersion: "v1", kind: "DeleteOptions", ...wishes };
    await this.#write({
      method: "DELETE",
      path: objectPath(resource, name),
      type: JSON_TYPE,
      content,
      options,
    });
  }

  async #write<T>({ method, path, type, content, options }: Write): Promise<T> {
    const body = { type, content: content as Json };
    const answer = await this.#connection.call({ method, path, body, signal: options.signal });
    return answer as unknown as T;
  }
}

interface Write {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly type: string;
  readonly content: unknown;
  readonly options: CallOptions;
}

const JSON_TYPE = "application/json";

/** JSON is YAML, so an apply needs no other body. */
const APPLY_TYPE = "application/apply-patch+yaml";

const PATCH_TYPE = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

interface WireList<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

/** Items of built-in kinds come without kind and apiVersion (Kubernetes convention); the list has said it once. */
function objectList<T extends KubeObject>(list: WireList<T>, resource: Resource<T>): ObjectList<T> {
  const identity = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const { resourceVersion = "", continue: continueToken } = list.metadata ?? {};
  return {
    items: (list.items ?? []).map((item) => ({ ...identity, ...item })),
    resourceVersion,
    ...(continueToken && { continueToken }),
  };
}

/** How much longer than asked a server may keep a stream before we take it for dead. */
const GRACE_SECONDS = 30;

function streamSignal({ signal, timeoutSeconds }: WatchOptions): AbortSignal | undefined {
  if (timeoutSeconds === undefined) return signal;
  const deadline = AbortSignal.timeout((timeoutSeconds + GRACE_SECONDS) * 1000);
  return signal ? AbortSignal.any([signal, deadline]) : deadline;
}
