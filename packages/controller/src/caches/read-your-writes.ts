import { type KubeClient, type KubeObject, keyOf, type Resource } from "@heliostat/kube";
import type { PendingWrites } from "./pending-writes.ts";

/** Where the writes of an object, or of a whole resource, are remembered; nowhere when nobody reads it from a cache. */
export type PendingOf = <T extends KubeObject>(
  resource: Resource<T>,
  object?: T,
) => readonly PendingWrites<T>[];

/** The same client, but whatever is written through it shows at once in the caches. */
export function readingYourWrites(client: KubeClient, pendingOf: PendingOf): KubeClient {
  return {
    get: (resource, name, options) => client.get(resource, name, options),
    list: (resource, options) => client.list(resource, options),
    watch: (resource, options) => client.watch(resource, options),
    async create(resource, object, options) {
      const created = await client.create(resource, object, options);
      if (!options?.isDryRun && !options?.subresource) remember(resource, created);
      return created;
    },
    async update(resource, object, options) {
      const updated = await client.update(resource, object, options);
      if (!options?.isDryRun && options?.subresource !== "scale") remember(resource, updated);
      return updated;
    },
    async patch(resource, name, options) {
      const patched = await client.patch(resource, name, options);
      if (!options.isDryRun && options.subresource !== "scale") remember(resource, patched);
      return patched;
    },
    async apply(resource, object, options) {
      const applied = await client.apply(resource, object, options);
      if (!options.isDryRun && options.subresource !== "scale") remember(resource, applied);
      return applied;
    },
    async delete(resource, name, options) {
      await client.delete(resource, name, options);
      for (const pending of pendingOf(resource)) pending.deleted(keyOf(name));
    },
  };

  function remember<T extends KubeObject>(resource: Resource<T>, object: T): void {
    for (const pending of pendingOf(resource, object)) pending.written(object);
  }
}
