import type { ManagedFieldsEntry } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { type ApplyHistory, history, versionOf } from "../testing/apply-steps.ts";
import { cappedOwners, isSameOwnership, sortedOwners, startingOwners } from "./owners.ts";

const THINGS = versionOf({ map: { type: "object", additionalProperties: { type: "string" } } });

describe("the owners with which a write begins", () => {
  const live = [entry("a")];
  const sent = [entry("b")];

  it.each<readonly [string, unknown, readonly ManagedFieldsEntry[]]>([
    ["are the live ones when none are sent", undefined, live],
    ["are those that are sent", sent, sent],
    ["are none when an empty list is sent", [], []],
    ["are none when one empty entry is sent", [{}], []],
    ["are the live ones when what is sent cannot be read", [{ manager: "x" }], live],
    ["are the live ones when an operation is unknown", [{ ...entry("b"), operation: "Guess" }], live],
    ["are the live ones when the version is missing", [{ ...entry("b"), apiVersion: "" }], live],
    ["are the live ones when a name is no text", [{ ...entry("b"), manager: 1 }], live],
    ["are without what is none of theirs", [{ ...entry("b"), bogus: 1 }], sent],
    ["are the live ones when the format is unknown", [{ ...entry("b"), fieldsType: "FieldsV9" }], live],
    ["are the live ones when the fields are none", [{ ...entry("b"), fieldsV1: { bogus: {} } }], live],
  ])("%s", (_, ...[given, expected]) => {
    expect(startingOwners(given, live)).toEqual(expected);
  });
});

describe("owners", () => {
  it("are the same whenever it was", () => {
    expect(isSameOwnership([entry("a")], [entry("a", "2026-05-05T00:00:00Z")])).toBe(true);
    expect(isSameOwnership([entry("a")], [entry("b")])).toBe(false);
    expect(isSameOwnership([entry("a")], [])).toBe(false);
  });

  it("stand with appliers first, then by time and by name", () => {
    const all = [
      entry("z"),
      entry("a"),
      entry("old", "2020-01-01T00:00:00Z"),
      { ...entry("x"), operation: "Apply" },
    ];
    expect(sortedOwners(all).map(({ manager }) => manager)).toEqual(["x", "old", "a", "z"]);
  });

  it("who update are ten at most; the oldest become one", () => {
    let now = history(THINGS);
    for (let index = 0; index < 12; index += 1) now = writtenBy(now, index);
    const updaters = now.owners.map(({ manager }) => manager);
    expect(updaters).toHaveLength(10);
    expect(updaters[0]).toBe("ancient-changes");
    expect(now.owned["ancient-changes Update"]).toEqual({
      "f:map": { ".": {}, "f:key-0": {}, "f:key-1": {}, "f:key-2": {} },
    });
  });

  it("are capped by version, and appliers are not counted", () => {
    const updates = Array.from({ length: 11 }, (_, index) => ({
      ...entry(`u${index}`),
      apiVersion: `v${index}`,
    }));
    expect(cappedOwners(updates)).toHaveLength(11);
    const applies = Array.from({ length: 15 }, (_, index) => ({ ...entry(`a${index}`), operation: "Apply" }));
    expect(cappedOwners(applies)).toHaveLength(15);
  });

  function writtenBy(before: ApplyHistory, index: number): ApplyHistory {
    const { map = {} } = before.content as { map?: Record<string, string> };
    const time = `2026-01-01T00:00:${String(index).padStart(2, "0")}Z`;
    return before.update(`m${index}`, { map: { ...map, [`key-${index}`]: "x" } }, { time });
  }
});

function entry(manager: string, time = "2026-01-01T00:00:00Z"): ManagedFieldsEntry {
  const fieldsV1 = { "f:data": { "f:a": {} } };
  return { manager, operation: "Update", apiVersion: "v1", time, fieldsType: "FieldsV1", fieldsV1 };
}
