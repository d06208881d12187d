import type { HostEntry } from "../runtime/container-runtime.ts";
import { type FindLocalPort, serviceNamesIn } from "./local-addresses.ts";

/** A pod behind a name. */
export interface PodPorts {
  readonly hasBegun: Promise<void>;
  localPort(port: number): number;
}

/** Where the services of the cluster are on the loopback, as the kubelet tells it from time to time. */
export class ServicePorts {
  readonly #podOf: (uid: string) => PodPorts | undefined;
  #entries = new Map<string, HostEntry>();
  #told: () => void = () => {};

  constructor(podOf: (uid: string) => PodPorts | undefined) {
    this.#podOf = podOf;
  }

  set(entries: readonly HostEntry[]): void {
    this.#entries = new Map(entries.flatMap((entry) => entry.names.map((name) => [name, entry])));
    this.#told();
  }

  /**
   * Where services are, once all that these texts name have a pod which knows its ports.
   *
   * @throws Error that names one that has none when the signal aborts
   */
  async find(texts: readonly string[], signal: AbortSignal): Promise<FindLocalPort> {
    const names = serviceNamesIn(texts);
    for (let missing = this.#missing(names); missing !== undefined; missing = this.#missing(names)) {
      if (signal.aborted) throw new Error(`Cannot start container: no pod is behind "${missing}" yet`);
      await this.#nextChange(signal);
    }
    const begun = names.map((name) => this.#podBehind(name)?.hasBegun);
    await Promise.race([Promise.all(begun), aborted(signal)]);
    return (host, port) => {
      const pod = this.#podBehind(host);
      return pod ? pod.localPort(port) : this.#entries.has(host) ? port : undefined;
    };
  }

  #missing(names: readonly string[]): string | undefined {
    return names.find((name) => !this.#entries.has(name));
  }

  #podBehind(name: string): PodPorts | undefined {
    const uid = this.#entries.get(name)?.podUid;
    return uid === undefined ? undefined : this.#podOf(uid);
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    const others = this.#told;
    const change = new Promise<void>((resolve) => {
      this.#told = () => {
        others();
        resolve();
      };
    });
    return Promise.race([change, aborted(signal)]);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
