import type { Lease } from "@heliostat/kube";

interface Heard {
  readonly renewTime: string;
  readonly atMs: number;
  /** When we looked last. */
  readonly lookedMs: number;
}

/**
 * When each node was last heard of, by our own clock: what a lease says of the time may be of another clock, or of
 * before we were there (Kubernetes rule). Who has not looked for longer than he meant to has slept, as laptops do, and
 * knows nothing of the node's silence.
 */
export class Heartbeats {
  readonly #longestLookMs: number;
  readonly #heard = new Map<string, Heard>();

  /** @param longestLookMs the longest time between two looks of somebody who is awake */
  constructor(longestLookMs: number) {
    this.#longestLookMs = longestLookMs;
  }

  /** For how long the node has not renewed its lease; `undefined` of a node that has none. */
  silenceMs(nodeName: string, lease: Lease | undefined, nowMs: number): number | undefined {
    const renewTime = lease?.spec?.renewTime;
    if (renewTime === undefined) {
      this.#heard.delete(nodeName);
      return undefined;
    }
    const heard = this.#heard.get(nodeName);
    const isAwake = heard !== undefined && nowMs - heard.lookedMs <= this.#longestLookMs;
    const atMs = isAwake && heard.renewTime === renewTime ? heard.atMs : nowMs;
    this.#heard.set(nodeName, { renewTime, atMs, lookedMs: nowMs });
    return nowMs - atMs;
  }

  forget(nodeName: string): void {
    this.#heard.delete(nodeName);
  }
}
