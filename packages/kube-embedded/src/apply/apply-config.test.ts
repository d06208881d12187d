import { KubeError, type KubeObject, type Schema } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { type Content, fieldType, history, versionOf } from "../testing/apply-steps.ts";
import type { KindVersions } from "./kind-versions.ts";

const TEXT: Schema = { type: "string" };
const NUMBER: Schema = { type: "integer" };
const FREE: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const TEXT_MAP: Schema = { type: "object", additionalProperties: TEXT };

const PORTS: Schema = {
  type: "array",
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["port", "protocol"],
  items: {
    type: "object",
    properties: { port: NUMBER, protocol: { type: "string", default: "TCP" }, name: TEXT },
  },
};

const ITEMS: Schema = {
  type: "array",
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
  items: { type: "object", properties: { name: TEXT, value: TEXT, tags: TEXT_MAP, ports: PORTS } },
};

const THINGS = versionOf({
  number: NUMBER,
  text: TEXT,
  struct: {
    type: "object",
    properties: { one: TEXT, two: TEXT, deep: { type: "object", properties: { leaf: TEXT } } },
  },
  map: TEXT_MAP,
  set: { type: "array", "x-kubernetes-list-type": "set", items: TEXT },
  items: ITEMS,
  atomicList: { type: "array", items: TEXT },
  atomicMap: { ...TEXT_MAP, "x-kubernetes-map-type": "atomic" },
  free: FREE,
  either: { "x-kubernetes-int-or-string": true },
});

describe("ownership", () => {
  it("is shared by appliers who agree, and then outlives each of them", () => {
    const both = history(THINGS).apply("a", { number: 1 }).apply("b", { number: 1 });
    expect(both.owned).toEqual({ "a Apply": { "f:number": {} }, "b Apply": { "f:number": {} } });
    const one = both.apply("a", {});
    expect(one.content).toEqual({ number: 1 });
    expect(one.apply("b", {}).content).toEqual({});
  });

  it("goes to whoever updates the value, without asking", () => {
    const after = history(THINGS).apply("a", { number: 1, text: "x" }).update("b", { number: 2, text: "x" });
    expect(after.owned).toEqual({ "a Apply": { "f:text": {} }, "b Update": { "f:number": {} } });
  });

  it("of what is gone is nobody's", () => {
    const after = history(THINGS)
      .apply("a", { number: 1, text: "x" })
      .apply("b", { text: "x" })
      .update("c", { number: 1 });
    expect(after.owned).toEqual({ "a Apply": { "f:number": {} } });
  });

  it("is not gained by an update that changes nothing", () => {
    const before = history(THINGS).apply("a", { number: 1 });
    expect(before.update("b", { number: 1 }).owners).toBe(before.owners);
  });

  it("begins with the first apply where it was never written down", () => {
    const untracked = history(THINGS).update("a", {}).update("b", { number: 1, text: "x" });
    expect(untracked.owners).toEqual([]);
    const after = untracked.apply("c", { text: "x" });
    expect(after.owned).toEqual({
      "c Apply": { "f:text": {} },
      "before-first-apply Update": { "f:number": {}, "f:text": {} },
    });
  });

  it("covers what an applier says to be absent", () => {
    const after = history(THINGS)
      .apply("a", { number: 1, text: "x" })
      .apply("b", { text: null }, { isForced: true });
    expect(after.content).toEqual({ number: 1 });
    expect(after.owned["b Apply"]).toEqual({ "f:text": {} });
  });
});

describe("conflicts", () => {
  it("name the owner and the field", () => {
    const before = history(THINGS).apply("a", { number: 1 });
    expect(refusal(() => before.apply("b", { number: 2 }))).toMatchObject({
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "a": .number',
      options: {
        causes: [{ reason: "FieldManagerConflict", message: 'conflict with "a"', field: ".number" }],
      },
    });
  });

  it("name the version through which an updater wrote, and list several by owner", () => {
    const before = history(THINGS)
      .apply("a", { items: [{ name: "x", value: "1" }] })
      .update("b", { items: [{ name: "x", value: "1" }], number: 1, text: "x" });
    const config = { items: [{ name: "x", value: "2" }], number: 2, text: "y" };
    expect(refusal(() => before.apply("c", config)).message).toBe(
      'Apply failed with 3 conflicts: conflicts with "a":\n- .items[name="x"].value\n' +
        'conflicts with "b" using example.com/v1:\n- .number\n- .text',
    );
  });

  it("are none with oneself as updater of the same value, but are with another value", () => {
    const before = history(THINGS).update("a", { number: 1 });
    expect(before.apply("a", { number: 1 }).owned).toEqual({
      "a Apply": { "f:number": {} },
      "a Update": { "f:number": {} },
    });
    expect(() => before.apply("a", { number: 2 })).toThrow('conflict with "a" using example.com/v1: .number');
  });

  it("end with the field in the hands of whoever forces", () => {
    const after = history(THINGS)
      .apply("a", { number: 1, text: "x" })
      .apply("b", { number: 2 }, { isForced: true });
    expect(after.content).toEqual({ number: 2, text: "x" });
    expect(after.owned).toEqual({ "a Apply": { "f:text": {} }, "b Apply": { "f:number": {} } });
  });

  it("leave no trace when the apply is refused", () => {
    const before = history(THINGS).apply("a", { number: 1 });
    refusal(() => before.apply("b", { number: 2, text: "x" }));
    expect(before.content).toEqual({ number: 1 });
  });
});

describe("what an applier leaves out", () => {
  it.each<readonly [string, Content, Content, Content]>([
    ["a scalar", { number: 1, text: "x" }, { text: "x" }, { text: "x" }],
    ["an entry of a map", { map: { a: "1", b: "1" } }, { map: { b: "1" } }, { map: { b: "1" } }],
    ["a whole map", { map: { a: "1" }, number: 1 }, { number: 1 }, { number: 1 }],
    [
      "a field of a struct",
      { struct: { one: "1", two: "2" } },
      { struct: { two: "2" } },
      { struct: { two: "2" } },
    ],
    [
      "a struct in a struct",
      { struct: { one: "1", deep: { leaf: "1" } } },
      { struct: { one: "1" } },
      { struct: { one: "1" } },
    ],
    ["a value of a set", { set: ["a", "b"] }, { set: ["b"] }, { set: ["b"] }],
    [
      "an item of a list",
      { items: [{ name: "a" }, { name: "b" }] },
      { items: [{ name: "b" }] },
      { items: [{ name: "b" }] },
    ],
    ["an atomic list", { atomicList: ["a"], number: 1 }, { number: 1 }, { number: 1 }],
    ["an atomic map", { atomicMap: { a: "1" }, number: 1 }, { number: 1 }, { number: 1 }],
    [
      "an unknown field",
      { free: { a: { b: 1, c: 2 } } },
      { free: { a: { c: 2 } } },
      { free: { a: { c: 2 } } },
    ],
    ["everything", { number: 1, items: [{ name: "a" }] }, {}, {}],
  ])("goes: %s", (_, ...[first, second, expected]) => {
    expect(history(THINGS).apply("a", first).apply("a", second).content).toEqual(expected);
  });

  it("stays when an updater has taken it over", () => {
    const after = history(THINGS)
      .apply("a", { map: { a: "1" } })
      .update("b", { map: { a: "2" } })
      .apply("a", {});
    expect(after.content).toEqual({ map: { a: "2" } });
  });

  it("stays as a struct while somebody owns a field of it; an item goes with whatever was written into it", () => {
    const first = { items: [{ name: "x", value: "1" }], struct: { one: "1" } };
    const wider = { items: [{ name: "x", value: "1", tags: { t: "1" } }], struct: { one: "1", two: "2" } };
    const after = history(THINGS).apply("a", first).update("b", wider).apply("a", {});
    expect(after.content).toEqual({ struct: { two: "2" } });
  });

  it("stays as an item while another applier has it", () => {
    const other = { items: [{ name: "x", tags: { t: "1" } }] };
    const before = history(THINGS)
      .apply("a", { items: [{ name: "x", value: "1" }] })
      .apply("b", other);
    expect(before.apply("a", {}).content).toEqual(other);
  });

  it("takes nothing with it that the applier never owned", () => {
    const after = history(THINGS)
      .apply("a", { items: [{ name: "x", ports: [{ port: 80 }] }] })
      .apply("b", { items: [{ name: "x", ports: [{ port: 90 }] }] })
      .apply("a", { number: 1 });
    expect(after.content).toEqual({ number: 1, items: [{ name: "x", ports: [{ port: 90 }] }] });
  });
});

describe("lists", () => {
  it("tell items apart by all their keys, defaults included", () => {
    const before = history(THINGS).apply("a", { items: [{ name: "x", ports: [{ port: 80, name: "web" }] }] });
    const ports = { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} } };
    expect(before.owned["a Apply"]).toEqual({
      "f:items": { 'k:{"name":"x"}': { ".": {}, "f:name": {}, "f:ports": ports } },
    });
    const udp = [{ name: "x", ports: [{ port: 80, protocol: "UDP" }] }];
    expect(before.apply("b", { items: udp }).content).toEqual({
      items: [
        {
          name: "x",
          ports: [
            { port: 80, name: "web" },
            { port: 80, protocol: "UDP" },
          ],
        },
      ],
    });
    const renamed = [{ name: "x", ports: [{ port: 80, protocol: "TCP", name: "other" }] }];
    expect(() => before.apply("b", { items: renamed })).toThrow(
      '.items[name="x"].ports[port=80,protocol="TCP"].name',
    );
  });

  it.each([
    ["the applier's order", ["a", "b"], ["b", "a"], ["b", "a"]],
    ["live items before what follows them", ["x", "a"], ["a", "b"], ["x", "a", "b"]],
    ["live items after what they follow", ["a", "x"], ["b", "a"], ["b", "a", "x"]],
    ["new items last", ["x"], ["a"], ["x", "a"]],
  ])("keep %s", (_, ...[live, config, expected]) => {
    const after = history(THINGS).update("u", { set: live }).apply("a", { set: config });
    expect(after.content).toEqual({ set: expected });
  });

  it("are one field when they are atomic, and where no schema says what they are", () => {
    const before = history(THINGS).apply("a", { atomicList: ["a"], free: { list: [1, 2] } });
    expect(before.owned["a Apply"]).toEqual({ "f:atomicList": {}, "f:free": { "f:list": {} } });
    expect(() => before.apply("b", { atomicList: ["b"] })).toThrow(".atomicList");
    expect(() => before.apply("b", { free: { list: [1, 2, 3] } })).toThrow(".free.list");
  });

  it("whose items have lost their keys are one field", () => {
    const after = history(THINGS).update("a", { items: [{ value: "no name" }] });
    expect(after.owned).toEqual({ "a Update": { "f:items": {} } });
    expect(after.update("b", { items: [{ value: "other" }] }).owned).toEqual({
      "b Update": { "f:items": {} },
    });
  });
});

describe("values of no fixed shape", () => {
  it("may be a number or a text", () => {
    const before = history(THINGS).apply("a", { either: 1 });
    expect(before.apply("a", { either: "25%" }).content).toEqual({ either: "25%" });
    expect(() => before.apply("b", { either: "25%" })).toThrow(".either");
  });

  it("may turn from a scalar into a map and back", () => {
    const map = history(THINGS)
      .apply("a", { free: { x: 1 } })
      .apply("a", { free: { x: { y: 1 } } });
    expect(map.content).toEqual({ free: { x: { y: 1 } } });
    const updated = map.update("b", { free: { x: [1] } });
    expect(updated.owned).toEqual({ "b Update": { "f:free": { "f:x": {} } } });
  });
});

describe("a schema that changes", () => {
  const granular = versionOf({
    map: TEXT_MAP,
    set: { type: "array", "x-kubernetes-list-type": "set", items: TEXT },
  });
  const atomic = versionOf({
    map: { ...TEXT_MAP, "x-kubernetes-map-type": "atomic" },
    set: { type: "array", items: TEXT },
  });

  it("gives the whole to owners of a part when it becomes atomic", () => {
    const parts = history(granular)
      .apply("a", { map: { a: "1" }, set: ["a"] })
      .apply("b", { map: { b: "1" } });
    const after = parts.under(atomic).apply("c", {});
    expect(after.owned).toEqual({ "a Apply": { "f:map": {}, "f:set": {} }, "b Apply": { "f:map": {} } });
  });

  it("gives each part to the owner of the whole when it becomes granular", () => {
    const whole = history(atomic).apply("a", { map: { a: "1", b: "1" }, set: ["a"] });
    const after = whole.under(granular).apply("b", { map: { c: "1" } });
    expect(after.content["map"]).toEqual({ a: "1", b: "1", c: "1" });
    expect(after.owned["a Apply"]).toEqual({
      "f:map": { ".": {}, "f:a": {}, "f:b": {} },
      "f:set": { ".": {}, 'v:"a"': {} },
    });
    expect(after.apply("a", { set: ["a"] }).content).toEqual({ map: { c: "1" }, set: ["a"] });
  });
});

describe("several versions", () => {
  /** `v2` calls `old` by another name. */
  const versions: KindVersions = {
    typeOf: (apiVersion) => TYPES[apiVersion],
    convert: (object, apiVersion) =>
      object.apiVersion === apiVersion ? object : renamed(object, apiVersion),
  };
  const [V1, V2] = ["example.com/v1", "example.com/v2"] as const;

  it("keep each owner's fields by the names of his version", () => {
    const before = history(versions).apply("a", { old: "1", same: "1" }, { apiVersion: V1 });
    expect(() => before.apply("b", { new: "2" }, { apiVersion: V2 })).toThrow('conflict with "a": .old');
    const after = before.apply("b", { new: "2" }, { apiVersion: V2, isForced: true });
    expect(after.owned).toEqual({ "a Apply": { "f:same": {} }, "b Apply": { "f:new": {} } });
  });

  it("prune what was applied in another version", () => {
    const before = history(versions).apply("a", { old: "1", same: "1" }, { apiVersion: V1 });
    const after = before.apply("a", { same: "1" }, { apiVersion: V2 });
    expect(after.content).toEqual({ same: "1" });
    expect(after.owners).toMatchObject([{ manager: "a", apiVersion: V2 }]);
  });

  it("forget what is owned in a version that is gone", () => {
    const before = history(versions).apply("a", { same: "1" }, { apiVersion: V1 });
    const only = versionOf({ same: TEXT });
    const after = before.under({ ...only, typeOf: (v) => (v === V2 ? only.typeOf(V1) : undefined) });
    expect(after.apply("b", { same: "2" }, { apiVersion: V2 }).owned).toEqual({
      "b Apply": { "f:same": {} },
    });
  });

  const TYPES: Readonly<Record<string, ReturnType<typeof fieldType>>> = {
    [V1]: fieldType({ type: "object", properties: { old: TEXT, same: TEXT, apiVersion: TEXT, kind: TEXT } }),
    [V2]: fieldType({ type: "object", properties: { new: TEXT, same: TEXT, apiVersion: TEXT, kind: TEXT } }),
  };

  function renamed(object: KubeObject, apiVersion: string): KubeObject {
    const { old, new: fresh, ...rest } = object as KubeObject & { old?: string; new?: string };
    const value = old ?? fresh;
    if (value === undefined) return { ...rest, apiVersion };
    return { ...rest, apiVersion, [apiVersion === V1 ? "old" : "new"]: value } as KubeObject;
  }
});

function refusal(attempt: () => unknown): KubeError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof KubeError) return error;
    throw error;
  }
  throw new Error("Expected a refusal, and there was none");
}
