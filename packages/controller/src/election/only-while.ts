import { type KubeClient, KubeError, type KubeReader, type KubeWriter } from "@heliostat/kube";

/** How long writes are allowed. */
export interface WriteTerm {
  /** Asked before each write. */
  mayWrite(): boolean;
  /** Gives up the writes that have been begun and not answered: what has not left the process by then never does. */
  readonly over: AbortSignal;
}

/** A client that writes only during its term. Reading is always allowed. */
export function onlyWhile({ mayWrite, over }: WriteTerm, client: KubeClient): KubeClient {
  const reader: KubeReader = {
    get: (resource, name, options) => client.get(resource, name, options),
    list: (resource, options) => client.list(resource, options),
    watch: (resource, options) => client.watch(resource, options),
  };
  const writer: KubeWriter = {
    create: (resource, object, options) =>
      during((signal) => client.create(resource, object, { ...options, signal }), options?.signal),
    update: (resource, object, options) =>
      during((signal) => client.update(resource, object, { ...options, signal }), options?.signal),
    apply: (resource, object, options) =>
      during((signal) => client.apply(resource, object, { ...options, signal }), options.signal),
    patch: (resource, name, options) =>
      during((signal) => client.patch(resource, name, { ...options, signal }), options.signal),
    delete: (resource, name, options) =>
      during((signal) => client.delete(resource, name, { ...options, signal }), options?.signal),
  };
  return { ...reader, ...writer };

  async function during<T>(send: (signal: AbortSignal) => Promise<T>, own?: AbortSignal): Promise<T> {
    if (!mayWrite()) throw new KubeError("Unavailable", "Cannot write: another one may lead by now");
    try {
      return await send(own ? AbortSignal.any([own, over]) : over);
    } catch (error) {
      if (!over.aborted || own?.aborted) throw error;
      const message = "Cannot say whether it is written: the lease ended while it was on its way";
      throw new KubeError("Unavailable", message, { cause: error });
    }
  }
}
