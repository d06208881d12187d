import type { HostEntry } from "../runtime/container-runtime.ts";
import { type FindAddress, serviceNamesIn } from "./local-addresses.ts";

/** A pod behind a name. */
export interface PodPorts {
  readonly hasBegun: Promise<void>;
  localPort(port: number): number;
}

/** Where the services of the cluster are on this machine, as the kubelet tells it from time to time. */
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

  /** Wait until all services that these texts name have a pod which knows its ports, at most until the signal aborts. */
  async settled(texts: readonly string[], signal: AbortSignal): Promise<void> {
    const names = serviceNamesIn(texts);
    while (!signal.aborted && names.some((name) => !this.#entries.has(name))) await this.#nextChange(signal);
    const begun = names.map((name) => this.#podBehind(name)?.hasBegun);
    await Promise.race([Promise.all(begun), aborted(signal)]);
  }

  /** As it is known by now. */
  readonly find: FindAddress = (host, port) => {
    const entry = this.#entries.get(host);
    return entry && `${entry.ip}:${this.#podBehind(host)?.localPort(port) ?? port}`;
  };

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
