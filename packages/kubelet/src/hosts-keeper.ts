import type { Clock, Endpoints, Pod, Service, Timer } from "@heliostat/kube";
import { isEqualJson } from "@heliostat/kube";
import type { WatchCache } from "@heliostat/watch-cache";
import { hostEntries } from "./hosts.ts";
import type { ContainerRuntime, HostEntry } from "./runtime/container-runtime.ts";

/** What the names are made from, and who is told. */
export interface HostsSources {
  readonly services: WatchCache<Service>;
  readonly endpoints: WatchCache<Endpoints>;
  readonly pods: WatchCache<Pod>;
  readonly apiServerHost: string;
  readonly clock: Clock;
  readonly runtime: Pick<ContainerRuntime, "setHosts">;
}

/** Keeps every pod's hosts file true: computed once after a flurry of changes, handed over only when it differs. */
export class HostsKeeper {
  readonly #sources: HostsSources;
  readonly #unsubscribe: readonly (() => void)[];
  #known: readonly HostEntry[] = [];
  #timer: Timer | undefined;

  constructor(sources: HostsSources) {
    this.#sources = sources;
    const { services, endpoints, pods } = sources;
    const onChange = (): void => this.#computeSoon();
    this.#unsubscribe = [services.onChange(onChange), endpoints.onChange(onChange), pods.onChange(onChange)];
    this.#compute();
  }

  stop(): void {
    this.#timer?.cancel();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #computeSoon(): void {
    this.#timer ??= this.#sources.clock.after(0, () => this.#compute());
  }

  #compute(): void {
    this.#timer = undefined;
    const { services, endpoints, pods, apiServerHost, runtime } = this.#sources;
    const entries = hostEntries({
      services: services.list(),
      endpoints: endpoints.list(),
      pods: pods.list(),
      apiServerHost,
    });
    if (isEqualJson(entries, this.#known)) return;
    this.#known = entries;
    runtime.setHosts(entries);
  }
}
