import type { Clock, Timer } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";

interface Waiting {
  readonly run: () => void;
  isCancelled: boolean;
}

/** A clock that costs no time: it stands still until nothing more can happen, and then goes to the next instant. */
export class VirtualClock implements Clock {
  #nowMs = Date.parse("2026-01-01T00:00:00Z");
  readonly #byInstant = new Map<number, Waiting[]>();
  /** A heap of the instants at which somebody waits. */
  readonly #instants: number[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const dueMs = this.#nowMs + Math.max(Math.ceil(delayMs), 0);
    const waiting: Waiting = { run, isCancelled: false };
    const others = this.#byInstant.get(dueMs);
    if (others) others.push(waiting);
    else {
      this.#byInstant.set(dueMs, [waiting]);
      push(this.#instants, dueMs);
    }
    return {
      cancel: () => {
        waiting.isCancelled = true;
      },
    };
  }

  /** Let time pass until `isOver`, or until `limitMs` have passed. Answers how many have. */
  async pass(limitMs: number, isOver: () => boolean = () => false): Promise<number> {
    const startMs = this.#nowMs;
    await settled();
    while (!isOver()) {
      const next = this.#instants[0];
      if (next === undefined || next - startMs > limitMs) {
        this.#nowMs = startMs + limitMs;
        return limitMs;
      }
      pop(this.#instants);
      await this.#runAll(next);
    }
    return this.#nowMs - startMs;
  }

  async #runAll(instantMs: number): Promise<void> {
    const waiting = this.#byInstant.get(instantMs)?.filter(({ isCancelled }) => !isCancelled) ?? [];
    this.#byInstant.delete(instantMs);
    if (waiting.length === 0) return;
    this.#nowMs = instantMs;
    for (const { run } of waiting) run();
    await settled();
  }
}

function push(heap: number[], value: number): void {
  let at = heap.length;
  heap.push(value);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((heap[parent] ?? 0) <= value) break;
    heap[at] = heap[parent] ?? 0;
    at = parent;
  }
  heap[at] = value;
}

function pop(heap: number[]): void {
  const last = heap.pop() ?? 0;
  if (heap.length === 0) return;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if ((heap[child + 1] ?? Number.POSITIVE_INFINITY) < (heap[child] ?? 0)) child += 1;
    if ((heap[child] ?? 0) >= last) break;
    heap[at] = heap[child] ?? 0;
    at = child;
  }
  heap[at] = last;
}
