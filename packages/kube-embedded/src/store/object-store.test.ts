import type { KubeObject } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "./history.ts";
import { ObjectStore } from "./object-store.ts";

const THINGS = "example.com/things";

function thing(name: string, value = 0): KubeObject {
  return { apiVersion: "example.com/v1", kind: "Thing", metadata: { name }, value } as KubeObject;
}

function at(key: string): { readonly storageKey: string; readonly key: string } {
  return { storageKey: THINGS, key };
}

describe("ObjectStore", () => {
  it("gives every change of every resource the next revision", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const first = store.put(at("a"), thing("a"));
    const other = store.put({ storageKey: "/others", key: "a" }, thing("a"));
    expect(other.revision).toBe(first.revision + 1);
    expect(other.object.metadata.resourceVersion).toBe(String(other.revision));
    expect(store.revision).toBe(other.revision);
  });

  it("refuses to replace a revision that is not the stored one", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const { revision } = store.put(at("a"), thing("a"));
    expect(() => store.put(at("a"), thing("a"))).toThrow(expect.objectContaining({ reason: "Conflict" }));
    store.put(at("a"), thing("a", 1), revision);
    expect(() => store.remove(at("a"), thing("a"), revision)).toThrow(
      expect.objectContaining({ reason: "Conflict" }),
    );
  });

  it("freezes what it stores and serialises it once", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const stored = store.put(at("a"), thing("a"));
    expect(Object.isFrozen(stored.object.metadata)).toBe(true);
    expect(stored.json).toBe(JSON.stringify(stored.object));
    expect(Object.is(stored.json, stored.json)).toBe(true);
  });

  it("forgets changes by number, and says Expired to whoever needs them", () => {
    const store = new ObjectStore({ clock: new HandClock(), history: { changes: 3 } });
    const revisions = ["a", "b", "c", "d", "e"].map((key) => store.put(at(key), thing(key)).revision);
    const collection = store.collection(THINGS);
    expect(collection.changesAfter(revisions[1] ?? 0).map(({ key }) => key)).toEqual(["c", "d", "e"]);
    expect(() => collection.changesAfter(revisions[0] ?? 0)).toThrow(
      expect.objectContaining({ reason: "Expired" }),
    );
  });

  it("forgets changes by age, but for the last hundred", async () => {
    const clock = new HandClock();
    const store = new ObjectStore({ clock, history: { ageMs: 1000 } });
    for (let index = 0; index < 150; index += 1) store.put(at(`old-${index}`), thing("x"));
    await clock.turn(5000);
    const before = store.revision;
    store.put(at("new"), thing("x"));
    const collection = store.collection(THINGS);
    expect(collection.changesAfter(before)).toHaveLength(1);
    expect(collection.changesAfter(before - 99)).toHaveLength(100);
    expect(() => collection.changesAfter(before - 100)).toThrow("too old resource version");
  });

  it("tells the changes so that they lead from any past state to the present one", () => {
    const keys = fc.constantFrom("ns/a", "ns/b", "ns-2/a", "other/a", "other/b");
    const steps = fc.array(fc.record({ key: keys, removes: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const store = new ObjectStore({ clock: new HandClock() });
        const collection = store.collection(THINGS);
        carryOut(store, before);
        const past = shown(collection.range(""));
        const pastRevision = store.revision;
        carryOut(store, after);
        expect(replayed(past, collection.changesAfter(pastRevision))).toEqual(shown(collection.range("")));
        expect(shown(collection.rangeAt(pastRevision, ""))).toEqual(past);
        expect(shown(collection.rangeAt(pastRevision, "ns/"))).toEqual(
          past.filter(([key]) => key.startsWith("ns/")),
        );
      }),
    );
  });
});

type Shown = readonly (readonly [key: string, revision: number])[];

function carryOut(
  store: ObjectStore,
  steps: readonly { readonly key: string; readonly removes: boolean }[],
): void {
  for (const { key, removes } of steps) {
    const present = store.get(at(key));
    if (removes && present) store.remove(at(key), present.object, present.revision);
    else store.put(at(key), thing("x"), present?.revision);
  }
}

function replayed(past: Shown, changes: readonly Change[]): Shown {
  const state = new Map(past);
  for (const { type, key, revision } of changes) {
    if (type === "DELETED") state.delete(key);
    else state.set(key, revision);
  }
  return [...state].sort(([left], [right]) => (left < right ? -1 : 1));
}

function shown(range: Iterable<{ readonly key: string; readonly revision: number }>): Shown {
  return [...range].map(({ key, revision }) => [key, revision] as const);
}
