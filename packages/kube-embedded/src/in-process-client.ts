import {
  type Applicable,
  type ApplyOptions,
  type CallOptions,
  type CreateOptions,
  type DeleteOptions,
  groupResource,
  type Json,
  type KubeClient,
  KubeError,
  type KubeObject,
  type ListOptions,
  type ObjectList,
  type ObjectName,
  type PatchOptions,
  type Resource,
  type SubresourceOptions,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "@heliostat/kube";
import type { Caller, KubeApi, StoredEvent, Target, UserInfo } from "./api/kube-api.ts";
import { notFound } from "./api/refusals.ts";
import type { ResourceRegistry } from "./registry/registry.ts";

export interface InProcessClientOptions {
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
  readonly user: UserInfo;
  /** Who writes, where the caller does not say. */
  readonly fieldManager: string;
}

/**
 * The port to Kubernetes without a network between: same verbs, same admission, same store as over HTTPS. What it
 * gives is frozen and shared with the store; what it is given it copies.
 */
export class InProcessClient implements KubeClient {
  readonly #options: InProcessClientOptions;

  constructor(options: InProcessClientOptions) {
    this.#options = options;
  }

  async get<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: CallOptions,
  ): Promise<T> {
    options?.signal?.throwIfAborted();
    const { object } = await this.#options.api.get(this.#target(resource, name));
    return object as T;
  }

  async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    options.signal?.throwIfAborted();
    const list = await this.#options.api.list(this.#target(resource, options), options);
    const { resourceVersion, continueToken } = list;
    const items = list.items.map(({ object }) => object as T);
    return continueToken === undefined
      ? { items, resourceVersion }
      : { items, resourceVersion, continueToken };
  }

  async *watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const batches = this.#options.api.watch(this.#target(resource, options), options);
    for await (const events of batches) for (const event of events) yield watchEvent<T>(event);
  }

  async create<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: CreateOptions = {},
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    const where = { ...(namespace !== undefined && { namespace }), ...(options.subresource && { name }) };
    const target = this.#target(resource, where, options);
    return this.#written(await this.#options.api.create(target, jsonCopy(object), this.#caller(options)));
  }

  async update<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: SubresourceOptions = {},
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    const target = this.#target(resource, { name, ...(namespace !== undefined && { namespace }) }, options);
    return this.#written(await this.#options.api.update(target, jsonCopy(object), this.#caller(options)));
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    options: PatchOptions,
  ): Promise<T> {
    const target = this.#target(resource, name, options);
    const patch = jsonCopy(options.patch) as unknown as PatchOptions["patch"];
    return this.#written(await this.#options.api.patch(target, patch, this.#caller(options)));
  }

  async apply<T extends KubeObject>(
    resource: Resource<T>,
    object: Applicable<T>,
    options: ApplyOptions,
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    const target = this.#target(resource, { name, ...(namespace !== undefined && { namespace }) }, options);
    const patch = { type: "apply", body: jsonCopy(object), force: options.force ?? false } as const;
    return this.#written(await this.#options.api.patch(target, patch, this.#caller(options)));
  }

  async delete(resource: Resource, name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy = "Background" } = options;
    const caller = this.#caller(options);
    await this.#options.api.delete(this.#target(resource, name), { ...options, propagationPolicy }, caller);
  }

  #target(
    resource: Resource,
    { name, namespace }: Partial<ObjectName>,
    { subresource }: { readonly subresource?: string } = {},
  ): Target {
    const { group, version, plural } = resource;
    const served = this.#options.registry.find(group, version, plural);
    if (!served)
      throw new KubeError(
        "NotFound",
        `the server could not find the requested resource ${groupResource(resource)}`,
      );
    if (name === "") throw notFound(served, name);
    return {
      resource: served,
      ...(name !== undefined && { name }),
      ...(served.isNamespaced && namespace !== undefined && { namespace }),
      ...(subresource !== undefined && { subresource }),
    };
  }

  #caller({ fieldManager, isDryRun, isStrict, signal }: WriteOptions): Caller {
    signal?.throwIfAborted();
    const { user, fieldManager: ownName } = this.#options;
    return {
      user,
      fieldManager: fieldManager ?? ownName,
      isDryRun: isDryRun ?? false,
      ...(isStrict && { fieldValidation: "Strict" }),
    };
  }

  #written<T extends KubeObject>({ object }: { readonly object: KubeObject }): T {
    return object as T;
  }
}

function watchEvent<T extends KubeObject>(event: StoredEvent): WatchEvent<T> {
  switch (event.type) {
    case "BOOKMARK":
      return { type: "BOOKMARK", resourceVersion: event.resourceVersion };
    case "ERROR":
      return { type: "ERROR", code: event.error.code, message: event.error.message };
    default:
      return { type: event.type, object: event.stored.object as T };
  }
}

/** What the value would be after a journey over the wire; the original stays its owner's. */
function jsonCopy(value: unknown): Json {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : jsonCopy(item)));
  if (typeof value !== "object" || value === null) return value as Json;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, jsonCopy(each)]));
}
