import { type KubeClient, KubeError, type KubeReader, type KubeWriter } from "@heliostat/kube";

/** A client that writes only while `mayWrite` holds, asked before each write. Reading is always allowed. */
export function onlyWhile(mayWrite: () => boolean, client: KubeClient): KubeClient {
  const reader: KubeReader = {
    get: (resource, name, options) => client.get(resource, name, options),
    list: (resource, options) => client.list(resource, options),
    watch: (resource, options) => client.watch(resource, options),
  };
  const writer: KubeWriter = {
    create: async (resource, object, options) => guarded().create(resource, object, options),
    update: async (resource, object, options) => guarded().update(resource, object, options),
    apply: async (resource, object, options) => guarded().apply(resource, object, options),
    patch: async (resource, name, options) => guarded().patch(resource, name, options),
    delete: async (resource, name, options) => guarded().delete(resource, name, options),
  };
  return { ...reader, ...writer };

  function guarded(): KubeWriter {
    if (mayWrite()) return client;
    throw new KubeError("Unavailable", "Cannot write: another one may lead by now");
  }
}
