import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedKeys } from "./sorted-keys.ts";

interface Step {
  readonly key: string;
  readonly isRemoval: boolean;
}

function take({ key, isRemoval }: Step, sorted: SortedKeys, model: Set<string>): void {
  if (isRemoval) {
    sorted.remove(key);
    model.delete(key);
  } else if (!model.has(key)) {
    sorted.add(key);
    model.add(key);
  }
}

describe("sorted keys", () => {
  it("are those that were added and not removed, in their order, however many", () => {
    const key = fc.nat({ max: 3000 }).map(String);
    const step = fc.record({ key, isRemoval: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1500, maxLength: 3000 }), key, (steps, start) => {
        const sorted = new SortedKeys();
        const model = new Set<string>();
        for (const each of steps) take(each, sorted, model);
        const all = [...model].sort();
        expect([...sorted.from("")]).toEqual(all);
        expect([...sorted.from(start)]).toEqual(all.filter((each) => each >= start));
        expect(sorted.countBefore(start)).toBe(all.filter((each) => each < start).length);
      }),
      { numRuns: 20 },
    );
  });

  it("stay in order while blocks are split", () => {
    const sorted = new SortedKeys();
    const keys = Array.from({ length: 5000 }, (_, index) => String((index * 7919) % 5000).padStart(5, "0"));
    for (const each of keys) sorted.add(each);
    expect([...sorted.from("")]).toEqual(keys.toSorted());
    for (const each of keys) sorted.remove(each);
    expect([...sorted.from("")]).toEqual([]);
    expect(sorted.countBefore("9")).toBe(0);
  });
});
