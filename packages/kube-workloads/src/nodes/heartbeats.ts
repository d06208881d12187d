interface Heard {
  readonly sign: string;
  readonly atMs: number;
  /** When we looked last. */
  readonly lookedMs: number;
}

/**
 * When each node was last heard of, by our own clock: what a node says of the time may be of another clock, or of
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

  /**
   * For how long the node has given no new sign of life; 0 when it is seen for the first time.
   *
   * @param sign whatever changes when the node is heard of, such as the time at which it renewed its lease
   */
  silenceMs(nodeName: string, sign: string, nowMs: number): number {
    const heard = this.#heard.get(nodeName);
    const isAwake = heard !== undefined && nowMs - heard.lookedMs <= this.#longestLookMs;
    const atMs = isAwake && heard.sign === sign ? heard.atMs : nowMs;
    this.#heard.set(nodeName, { sign, atMs, lookedMs: nowMs });
    return nowMs - atMs;
  }

  forget(nodeName: string): void {
    this.#heard.delete(nodeName);
  }
}
