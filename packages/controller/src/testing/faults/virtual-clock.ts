import type { Clock, Random, Timer } from "@heliostat/kube";

/** So much never happens in one millisecond unless it never ends. */
const MOST_AT_ONCE = 2000;

interface Waiting {
  readonly dueMs: number;
  /** Chance decides between timers of the same millisecond: the seeded scheduler. */
  readonly rank: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * The time of a whole world. It goes from timer to timer; those of one millisecond run in an order that the seed
 * decides, and what follows from one has happened before the next runs.
 */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #random: Random = { fraction: () => 0, uuid: () => "" };
  #heap: Waiting[] = [];

  /** Begin a new life: no timer of the old one will ever run. */
  reset(nowMs: number, random: Random): void {
    this.#nowMs = nowMs;
    this.#random = random;
    this.#heap = [];
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const waiting = {
      dueMs: this.#nowMs + Math.max(0, delayMs),
      rank: this.#random.fraction(),
      run,
      isCancelled: false,
    };
    this.#push(waiting);
    return {
      cancel: () => {
        waiting.isCancelled = true;
      },
    };
  }

  /**
   * Let time pass. `observe` is called whenever something has happened.
   *
   * @returns whether time has come so far: not when things happen at one moment without end
   */
  async turn(byMs: number, observe: () => void): Promise<boolean> {
    const endMs = this.#nowMs + byMs;
    await everythingAtOnce();
    observe();
    let atOnce = 0;
    for (let next = this.#heap[0]; next && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.isCancelled) continue;
      atOnce = next.dueMs > this.#nowMs ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE) return false;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
      await everythingAtOnce();
      observe();
    }
    this.#nowMs = endMs;
    return true;
  }

  #push(waiting: Waiting): void {
    const heap = this.#heap;
    let at = heap.push(waiting) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(waiting, heap[parent])) break;
      heap[at] = heap[parent] as Waiting;
      at = parent;
    }
    heap[at] = waiting;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Waiting, heap[child])) child += 1;
      if (!isBefore(heap[child] as Waiting, last)) break;
      heap[at] = heap[child] as Waiting;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(left: Waiting, right: Waiting | undefined): boolean {
  if (!right) return true;
  return left.dueMs === right.dueMs ? left.rank < right.rank : left.dueMs < right.dueMs;
}

/** Whatever needs no time has happened: the API in this process answers within one turn of the event loop. */
function everythingAtOnce(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
