import type { KubeError } from "@heliostat/kube";
import type { Address } from "./address.ts";
import type { Change } from "./history.ts";

/** A change of one object that readers do not see yet. */
export interface PendingWrite {
  readonly address: Address;
  readonly change: Change;
}

/** Changes that are stored together or not at all, in their order. */
export class WriteBatch {
  /** Fulfilled once all of it is stored and shown; rejected with a KubeError when none of it is. */
  readonly settled: Promise<void>;
  readonly #writes: PendingWrite[] = [];
  #fulfil: () => void = () => undefined;
  #refuse: (error: KubeError) => void = () => undefined;

  constructor() {
    this.settled = new Promise((resolve, reject) => {
      this.#fulfil = resolve;
      this.#refuse = reject;
    });
    // Whoever writes without waiting for the answer does not want to hear of it.
    this.settled.catch(() => undefined);
  }

  get writes(): readonly PendingWrite[] {
    return this.#writes;
  }

  get isEmpty(): boolean {
    return this.#writes.length === 0;
  }

  get lastRevision(): number {
    return this.#writes.at(-1)?.change.revision ?? 0;
  }

  add(write: PendingWrite): void {
    this.#writes.push(write);
  }

  fulfil(): void {
    this.#fulfil();
  }

  refuse(error: KubeError): void {
    this.#refuse(error);
  }
}
