import { describe, expect, it } from "vitest";
import { eachAtMost } from "./each-at-most.ts";

describe("eachAtMost()", () => {
  it("never has more at work than it may, and does every item", async () => {
    let atWork = 0;
    let most = 0;
    const done: number[] = [];
    await eachAtMost(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      most = Math.max(most, ++atWork);
      await Promise.resolve();
      atWork -= 1;
      done.push(item);
    });
    expect([most, done.length]).toEqual([3, 7]);
  });

  it("begins nothing after a rejection, awaits what runs, and throws the first", async () => {
    const ended: number[] = [];
    const work = eachAtMost(2, [1, 2, 3], async (item) => {
      if (item === 1) throw new Error("first");
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(work).rejects.toThrow("first");
    expect(ended).toEqual([2]);
  });
});
