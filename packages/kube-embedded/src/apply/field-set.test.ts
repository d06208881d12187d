import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  difference,
  differenceInDepth,
  type FieldSet,
  intersection,
  isFieldSet,
  isMember,
  SELF,
  union,
  withSelf,
} from "./field-set.ts";
import { printedPaths } from "./path-element.ts";

describe("field sets", () => {
  it("keep a field apart from those below it", () => {
    const parent = { "f:a": {} };
    const child = { "f:a": { "f:b": {} } };
    expect(union(parent, child)).toEqual({ "f:a": { ".": {}, "f:b": {} } });
    expect(difference(union(parent, child), parent)).toEqual(child);
    expect(difference(union(parent, child), child)).toEqual(parent);
    expect(difference(child, parent)).toEqual(child);
    expect(intersection(union(parent, child), parent)).toEqual(parent);
    expect(intersection(child, parent)).toEqual({});
  });

  it("lose with a field all that is below it, when taken away in depth", () => {
    const set = { "f:a": { "f:b": {}, "f:c": { "f:d": {} } }, "f:e": {} };
    expect(differenceInDepth(set, { "f:a": {} })).toEqual({ "f:e": {} });
    expect(differenceInDepth(set, { "f:a": { "f:c": {} } })).toEqual({ "f:a": { "f:b": {} }, "f:e": {} });
    expect(differenceInDepth(set, {})).toBe(set);
  });

  it("share what an operation does not change", () => {
    const set = { "f:a": { "f:b": {} }, "f:c": {} };
    expect(union(set, { "f:a": { "f:b": {} } })).toBe(set);
    expect(difference(set, { "f:x": {} })).toBe(set);
    const larger = union(set, { "f:d": {} });
    expect(larger["f:a"]).toBe(set["f:a"]);
  });

  it("reckon as sets of paths do", () => {
    fc.assert(
      fc.property(sets, sets, (left, right) => {
        const [leftPaths, rightPaths] = [paths(left), paths(right)];
        expect(paths(union(left, right))).toEqual([...new Set([...leftPaths, ...rightPaths])].sort());
        expect(paths(difference(left, right))).toEqual(
          leftPaths.filter((path) => !rightPaths.includes(path)),
        );
        expect(paths(intersection(left, right))).toEqual(
          leftPaths.filter((path) => rightPaths.includes(path)),
        );
        const outside = (path: string) =>
          !rightPaths.some((root) => path === root || path.startsWith(`${root}.`));
        expect(paths(differenceInDepth(left, right))).toEqual(leftPaths.filter(outside));
      }),
    );
  });

  it.each([
    [{ "f:a": { ".": {}, 'k:{"name":"x"}': {}, 'v:"y"': {}, "i:3": {} } }, true],
    [{ a: {} }, false],
    [{ "k:{name}": {} }, false],
    [{ "i:x": {} }, false],
    [{ "f:a": [] }, false],
    [{ "f:a": 1 }, false],
    [null, false],
  ])("know their own format: %j", (value, expected) => {
    expect(isFieldSet(value)).toBe(expected);
  });

  it("are printed as Kubernetes prints paths", () => {
    const containers = { 'k:{"name":"x"}': { ".": {}, "f:image": {} }, 'k:{"port":80,"protocol":"TCP"}': {} };
    const set = {
      "f:spec": { "f:containers": containers, "f:replicas": {} },
      "f:list": { 'v:"a"': {}, "i:2": {} },
    };
    expect(printedPaths(set)).toEqual([
      ".list[2]",
      '.list[="a"]',
      ".spec.replicas",
      '.spec.containers[name="x"]',
      '.spec.containers[port=80,protocol="TCP"]',
      '.spec.containers[name="x"].image',
    ]);
  });
});

/** Sets over a small alphabet, so that they often meet. */
const sets: fc.Arbitrary<FieldSet> = fc
  .array(fc.array(fc.constantFrom("f:a", "f:b", "f:c"), { minLength: 1, maxLength: 3 }), { maxLength: 8 })
  .map((all) => all.reduce<FieldSet>((set, path) => union(set, setOf(path)), {}));

function setOf([first = "f:a", ...rest]: readonly string[]): FieldSet {
  return { [first]: rest.length === 0 ? {} : setOf(rest) };
}

function paths(set: FieldSet, prefix = ""): readonly string[] {
  const found = Object.entries(set).flatMap(([element, below]) => {
    if (element === SELF) return [];
    const path = prefix === "" ? element : `${prefix}.${element}`;
    expect(below).toEqual(isMember(below) ? withSelf(below) : below);
    return [...(isMember(below) ? [path] : []), ...paths(below, path)];
  });
  return found.sort();
}
