import type { KubeObject } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Collection } from "./collection.ts";
import { StoredRevision } from "./stored-revision.ts";

const KEYS = ["a/1", "a/2", "a/3", "b/1", "b/2"];
const PREFIXES = ["", "a/", "b/", "c/"];
const RANGES = PREFIXES.flatMap((prefix) => [[prefix, prefix] as const, [prefix, `${prefix}2`] as const]);

describe("a collection", () => {
  it("shows and counts each of its past states as it was", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KEYS), { maxLength: 20 }), (touched) => {
        const collection = new Collection({});
        const states = [stateOf(collection)];
        for (const [index, key] of touched.entries()) {
          touch(collection, key, index + 1);
          states.push(stateOf(collection));
        }
        for (const [revision, state] of states.entries()) verify(collection, revision, state);
        for (const prefix of PREFIXES)
          expect(collection.count(prefix, prefix)).toBe([...collection.range(prefix)].length);
      }),
    );
  });
});

function verify(collection: Collection, revision: number, state: State): void {
  for (const [prefix, start] of RANGES) {
    const wanted = state.filter(([key]) => key.startsWith(prefix) && key >= start);
    expect(shown(collection.rangeAt(revision, prefix, start))).toEqual(wanted);
    expect(collection.count(prefix, start, revision)).toBe(wanted.length);
  }
}

type State = readonly (readonly [key: string, revision: number])[];

function stateOf(collection: Collection): State {
  return shown(collection.range(""));
}

function shown(range: Iterable<StoredRevision>): State {
  return [...range].map(({ key, revision }) => [key, revision] as const);
}

/** Make what is not there, and change or remove what is. */
function touch(collection: Collection, key: string, revision: number): void {
  const previous = collection.get(key);
  const stored = new StoredRevision(key, revision, { metadata: { name: key } } as KubeObject);
  const type = previous === undefined ? "ADDED" : revision % 2 === 0 ? "DELETED" : "MODIFIED";
  collection.apply({ type, revision, key, atMs: 0, stored, previous });
}
