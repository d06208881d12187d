import type { KubeObject } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { RecentWrites } from "./recent-writes.ts";

const [one, two, three, four] = ["1", "2", "3", "4"].map(state) as [
  KubeObject,
  KubeObject,
  KubeObject,
  KubeObject,
];

describe("RecentWrites", () => {
  it("shows a write while the cache is behind it, and what the cache holds from then on", () => {
    const writes = new RecentWrites();
    writes.note("a", two, [one]);
    expect([writes.newest("a", one), writes.newest("a", one), writes.newest("b", one)]).toEqual([
      two,
      two,
      one,
    ]);
    expect([writes.newest("a", two), writes.newest("a", one)]).toEqual([two, one]);
  });

  it("shows the last of several writes, each made upon the one before", () => {
    const writes = new RecentWrites();
    writes.note("a", two, [one]);
    writes.note("a", three, [two]);
    expect(writes.newest("a", one)).toBe(three);
    expect(writes.newest("a", two)).toBe(three);
    expect(writes.newest("a", four)).toBe(four);
  });

  it("shows a write upon a state that the cache had not seen", () => {
    const writes = new RecentWrites();
    writes.note("a", three, [two, one]);
    expect(writes.newest("a", one)).toBe(three);
    expect(writes.newest("a", two)).toBe(three);
  });

  it("shows nothing of an object that is gone", () => {
    const writes = new RecentWrites();
    writes.note("a", two, [one]);
    expect(writes.newest("a", undefined)).toBeUndefined();
  });
});

function state(resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "X", metadata: { name: "a", uid: "u", resourceVersion } } as KubeObject;
}
