import { describe, expect, it } from "vitest";
import { EndingLife } from "./request-life.ts";

describe("the life of a request", () => {
  it("has one signal, which aborts at its end", () => {
    const life = new EndingLife();
    const { signal } = life;
    expect(signal.aborted).toBe(false);
    life.end();
    expect([signal.aborted, life.signal === signal]).toEqual([true, true]);
  });

  it("is over for whoever asks late", () => {
    const life = new EndingLife();
    life.end();
    expect(life.signal.aborted).toBe(true);
  });
});
