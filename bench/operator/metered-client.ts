import { type Clock, interceptedClient, type KubeClient, sleep } from "@heliostat/kube";

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
  return interceptedClient(client, async ({ verb, resource: { plural }, name }, send) => {
    if (verb === "list") log.lists += 1;
    if (verb !== "get" && verb !== "list") log.writes.push({ verb, plural, name, atMs: clock.now() });
    await sleep(clock, latencyMs);
    return send();
  });
}
