import { type Clock, type KubeClient, sleep } from "@heliostat/kube";

/** One request that changes something, as an audit log would have it. */
export interface WrittenRequest {
  readonly verb: "create" | "update" | "patch" | "apply" | "delete";
  readonly plural: string;
  readonly name: string;
  readonly atMs: number;
}

/** What an operator has asked of the API. */
export class RequestLog {
  readonly writes: WrittenRequest[] = [];
  lists = 0;

  count(plural: (name: string) => boolean): number {
    return this.writes.filter((write) => plural(write.plural)).length;
  }
}

/** The same API as far away as `latencyMs` say; every request is noted when it leaves. */
export function meteredClient(
  client: KubeClient,
  { clock, log, latencyMs }: { readonly clock: Clock; readonly log: RequestLog; readonly latencyMs: number },
): KubeClient {
  const there = async <T>(request: () => Promise<T>): Promise<T> => {
    await sleep(clock, latencyMs);
    return request();
  };
  const write = <T>(entry: Omit<WrittenRequest, "atMs">, request: () => Promise<T>): Promise<T> => {
    log.writes.push({ ...entry, atMs: clock.now() });
    return there(request);
  };
  return {
    get: (...args) => there(() => client.get(...args)),
    list: (...args) => {
      log.lists += 1;
      return there(() => client.list(...args));
    },
    watch: (...args) => client.watch(...args),
    create: (resource, object, options) =>
      write({ verb: "create", plural: resource.plural, name: object.metadata.name }, () =>
        client.create(resource, object, options),
      ),
    update: (resource, object, options) =>
      write({ verb: "update", plural: resource.plural, name: object.metadata.name }, () =>
        client.update(resource, object, options),
      ),
    patch: (resource, name, options) =>
      write({ verb: "patch", plural: resource.plural, name: name.name }, () =>
        client.patch(resource, name, options),
      ),
    apply: (resource, object, options) =>
      write({ verb: "apply", plural: resource.plural, name: object.metadata.name }, () =>
        client.apply(resource, object, options),
      ),
    delete: (resource, name, options) =>
      write({ verb: "delete", plural: resource.plural, name: name.name }, () =>
        client.delete(resource, name, options),
      ),
  };
}
