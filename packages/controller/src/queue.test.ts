import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WorkQueue } from "./queue.ts";

const BACKOFF = { baseMs: 100, maxMs: 1000 };

describe("WorkQueue", () => {
  it("offers keys in the order in which they became ready", () => {
    const { queue } = queueOf();
    for (const key of ["a", "b", "c"]) queue.add(key);
    expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual(["a", "b", "c", undefined]);
  });

  it("holds a key once, however often it is added", () => {
    const { queue } = queueOf();
    for (const key of ["a", "b", "a", "a"]) queue.add(key);
    expect([queue.take(), queue.take(), queue.take()]).toEqual(["a", "b", undefined]);
  });

  it("does not offer a key that is taken, and offers it exactly once more for what was added meanwhile", () => {
    const { queue } = queueOf();
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.add("a");
    expect(queue.take()).toBeUndefined();
    queue.done("a");
    expect([queue.take(), queue.take()]).toEqual(["a", undefined]);
    queue.done("a");
    expect(queue.take()).toBeUndefined();
  });

  it("does not let a busy key go before those that wait", () => {
    const { queue } = queueOf();
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.add("b");
    queue.done("a");
    expect([queue.take(), queue.take()]).toEqual(["b", "a"]);
  });

  it("offers a delayed key when its time has come, and not before", async () => {
    const { queue, clock } = queueOf();
    queue.addAfter("a", 1000);
    await clock.turn(999);
    expect(queue.take()).toBeUndefined();
    await clock.turn(1);
    expect(queue.take()).toBe("a");
  });

  it("keeps the earlier of two delays, whichever came first", async () => {
    const { queue, clock } = queueOf();
    queue.addAfter("a", 1000);
    queue.addAfter("a", 5000);
    queue.addAfter("b", 5000);
    queue.addAfter("b", 1000);
    await clock.turn(1000);
    expect([queue.take(), queue.take()]).toEqual(["a", "b"]);
    queue.done("a");
    queue.done("b");
    await clock.turn(10_000);
    expect(queue.take()).toBeUndefined();
  });

  it("forgets a delay when the key becomes ready by itself", async () => {
    const { queue, clock } = queueOf();
    queue.addAfter("a", 1000);
    queue.add("a");
    expect(queue.take()).toBe("a");
    queue.done("a");
    await clock.turn(10_000);
    expect(queue.take()).toBeUndefined();
  });

  it("holds a delayed key back while it is taken", async () => {
    const { queue, clock } = queueOf();
    queue.add("a");
    queue.take();
    queue.addAfter("a", 10);
    await clock.turn(10);
    expect(queue.take()).toBeUndefined();
    queue.done("a");
    expect(queue.take()).toBe("a");
  });

  it("waits twice as long after each failure of a key until it is forgotten", () => {
    const { queue } = queueOf(() => 0);
    const waits = Array.from({ length: 5 }, () => queue.addAfterFailure("a", BACKOFF));
    expect(waits).toEqual([100, 200, 400, 800, 1000]);
    expect(queue.addAfterFailure("b", BACKOFF)).toBe(100);
    queue.forgetFailures("a");
    expect(queue.addAfterFailure("a", BACKOFF)).toBe(100);
  });

  it("waits no shorter than it is told", () => {
    expect(queueOf(() => 0).queue.addAfterFailure("a", BACKOFF, 7000)).toBe(7000);
  });

  it("leaves no timer behind once it is cleared", () => {
    const { queue, clock } = queueOf();
    queue.addAfter("a", 1000);
    queue.clear();
    expect(clock.nextInMs).toBeUndefined();
  });

  it("loses nothing and gives no key to two, in any order of calls", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall, { maxLength: 80, size: "max" }), async (calls) => {
        const model: Model = { ...queueOf(), taken: new Set(), owed: new Set() };
        for (const [call, key] of calls) await CALLS[call](model, key);
        for (const key of [...model.taken]) CALLS.done(model, key);
        await model.clock.turn(100);
        for (const key of ["a", "b", "c"]) {
          CALLS.take(model);
          CALLS.done(model, key);
        }
        expect(model.owed).toEqual(new Set());
      }),
      { numRuns: 300 },
    );
  });
});

interface Model {
  readonly queue: WorkQueue;
  readonly clock: HandClock;
  readonly taken: Set<string>;
  /** What was added and not offered since. */
  readonly owed: Set<string>;
}

const CALLS = {
  add({ queue, owed }: Model, key: string): void {
    owed.add(key);
    queue.add(key);
  },
  addAfter({ queue, owed }: Model, key: string): void {
    owed.add(key);
    queue.addAfter(key, 50);
  },
  turn({ clock }: Model): Promise<void> {
    return clock.turn(20);
  },
  take({ queue, taken, owed }: Model): void {
    const key = queue.take();
    if (key === undefined) return;
    expect(taken).not.toContain(key);
    taken.add(key);
    owed.delete(key);
  },
  done({ queue, taken }: Model, key: string): void {
    if (taken.delete(key)) queue.done(key);
  },
};
const anyCall = fc.tuple(
  fc.constantFrom<keyof typeof CALLS>("add", "addAfter", "turn", "take", "done"),
  fc.constantFrom("a", "b", "c"),
);

function queueOf(fraction?: () => number): { queue: WorkQueue; clock: HandClock } {
  const clock = new HandClock();
  const random = fraction ? { uuid: () => "", fraction } : new SeededRandom();
  return { clock, queue: new WorkQueue({ clock, random, onReady: () => undefined }) };
}
