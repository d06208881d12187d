import { isEqualJson, isKubeError, type Schema } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ApplyHistory, type Content, fieldType, history, versionOf } from "../testing/apply-steps.ts";
import { difference, EMPTY_SET, type FieldSet, union } from "./field-set.ts";
import { appliedFields } from "./owned-fields.ts";

const TEXT: Schema = { type: "string" };
const ITEM: Schema = {
  type: "object",
  properties: { name: TEXT, value: TEXT, map: { type: "object", additionalProperties: TEXT } },
};
const PROPERTIES: Readonly<Record<string, Schema>> = {
  text: TEXT,
  struct: { type: "object", properties: { one: TEXT, two: TEXT } },
  map: { type: "object", additionalProperties: TEXT },
  set: { type: "array", "x-kubernetes-list-type": "set", items: TEXT },
  items: {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    items: ITEM,
  },
  list: { type: "array", items: TEXT },
  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
};
const TYPE = fieldType({ type: "object", properties: PROPERTIES });
const THINGS = versionOf(PROPERTIES);

const values = fc.constantFrom("1", "2");
const entries = fc.dictionary(fc.constantFrom("a", "b"), values, { minKeys: 1, noNullPrototype: true });
const item = fc.record(
  { name: fc.constantFrom("x", "y", "z"), value: values, map: entries },
  { requiredKeys: ["name"], noNullPrototype: true },
);
const configs: fc.Arbitrary<Content> = fc.record(
  {
    text: values,
    struct: fc.record({ one: values, two: values }, { requiredKeys: ["one"], noNullPrototype: true }),
    map: entries,
    set: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }),
    items: fc.uniqueArray(item, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
    list: fc.array(values, { minLength: 1, maxLength: 2 }),
    free: fc.record({ deep: entries }, { noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), configs), { minLength: 1, maxLength: 6 });

describe("server-side apply, whatever is applied", () => {
  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(steps, fc.constantFrom("a", "b"), configs, (before, manager, config) => {
        const once = forced(before).apply(manager, config, { isForced: true });
        const twice = once.apply(manager, config);
        expect(twice.content).toEqual(once.content);
        expect(twice.owners).toEqual(once.owners);
      }),
    );
  });

  it("holds what was applied last, when it is forced", () => {
    fc.assert(
      fc.property(steps, configs, (before, config) => {
        const after = forced(before).apply("a", config, { isForced: true });
        expect(difference(fieldsOf(config), fieldsOf(after.content))).toEqual(EMPTY_SET);
        expect(after.owned["a Apply"] ?? EMPTY_SET).toEqual(fieldsOf(config));
        expect(after.content).toMatchObject(scalars(config));
      }),
    );
  });

  it("leaves no field without an owner", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const after = forced(all);
        const owned = Object.values(after.owned).reduce(union, EMPTY_SET);
        expect(difference(fieldsOf(after.content), owned)).toEqual(EMPTY_SET);
      }),
    );
  });

  it("leaves no owner of a field that is not there", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const after = forced(all);
        for (const owned of Object.values(after.owned))
          expect(difference(owned, fieldsOf(after.content))).toEqual(EMPTY_SET);
      }),
    );
  });

  it("leaves nothing when everybody lets go", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const after = ["a", "b", "c"].reduce((now, manager) => now.apply(manager, {}), forced(all));
        expect(after.content).toEqual({});
        expect(after.owners).toEqual([]);
      }),
    );
  });

  it("comes to the same in either order of appliers who do not disagree", () => {
    fc.assert(
      fc.property(configs, configs, (left, right) => {
        const one = attempt(history(THINGS).apply("a", left), "b", right);
        const other = attempt(history(THINGS).apply("b", right), "a", left);
        expect(one === undefined).toBe(other === undefined);
        if (one === undefined || other === undefined) return;
        expect(sorted(one.content)).toEqual(sorted(other.content));
        expect(one.owned).toEqual(other.owned);
      }),
    );
  });

  it("meets a conflict exactly where another's field would change", () => {
    fc.assert(
      fc.property(configs, configs, (left, right) => {
        const before = history(THINGS).apply("a", left);
        const taken = before.apply("b", right, { isForced: true });
        const isUntouched = isEqualJson(taken.owned["a Apply"], before.owned["a Apply"]);
        expect(attempt(before, "b", right) !== undefined).toBe(isUntouched);
      }),
    );
  });
});

function forced(all: readonly (readonly [string, Content])[]): ApplyHistory {
  return all.reduce(
    (now, [manager, config]) => now.apply(manager, config, { isForced: true }),
    history(THINGS),
  );
}

/** `undefined` when it meets a conflict. */
function attempt(before: ApplyHistory, manager: string, config: Content): ApplyHistory | undefined {
  try {
    return before.apply(manager, config);
  } catch (error) {
    if (isKubeError(error, "Conflict")) return undefined;
    throw error;
  }
}

function fieldsOf(content: Content): FieldSet {
  return appliedFields(content, TYPE);
}

/** The content with its keyed lists in the order of their keys: who came first decides theirs. */
function sorted(content: Content): Content {
  const { set, items, ...rest } = content as { set?: readonly string[]; items?: readonly { name: string }[] };
  const byName = items?.toSorted((left, right) => left.name.localeCompare(right.name));
  return { ...rest, ...(set && { set: set.toSorted() }), ...(byName && { items: byName }) };
}

/** What must stand in the object as it was applied: lists may hold more than that. */
function scalars({ text, struct, map, free, list }: Content): Content {
  const all = { text, struct, map, free, list };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
