import { expect, it } from "vitest";
import { humanAge, humanDuration } from "./human-duration.ts";

it.each([
  [-2000, "<invalid>"],
  [-1000, "0s"],
  [0, "0s"],
  [119_900, "119s"],
  [120_000, "2m"],
  [183_000, "3m3s"],
  [599_000, "9m59s"],
  [601_000, "10m"],
  [10_799_000, "179m"],
  [10_800_000, "3h"],
  [11_520_000, "3h12m"],
  [28_800_000, "8h"],
  [172_799_000, "47h"],
  [172_800_000, "2d"],
  [180_000_000, "2d2h"],
  [691_200_000, "8d"],
  [729 * 86_400_000, "729d"],
  [730 * 86_400_000, "2y"],
  [800 * 86_400_000, "2y70d"],
  [2920 * 86_400_000, "8y"],
])("shows %i ms as %s, as kubectl does", (durationMs, text) => {
  expect(humanDuration(durationMs)).toBe(text);
});

it("shows the age of an unknown time as unknown", () => {
  expect([humanAge(undefined, 0), humanAge("never", 0)]).toEqual(["<unknown>", "<unknown>"]);
});
