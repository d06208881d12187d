import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../user-error.ts";
import { type Followed, followedFiles, LOOK_MS } from "./followed-files.ts";

let folder: string;
let clock: HandClock;
let ending: AbortController;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  clock = new HandClock();
  ending = new AbortController();
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a mounted secret that is replaced by its symbolic link is read anew, whoever listens is told", async () => {
  mounted("one", "1");
  symlinkSync(join("..data", "value"), join(folder, "value"));
  const number = followed();
  const told: number[] = [];
  number.onChange((value) => told.push(value));
  mounted("two", "2");
  await clock.turn(2 * LOOK_MS);
  expect([number.current, told]).toEqual([2, [2]]);
  await clock.turn(10 * LOOK_MS);
  expect([told, lines]).toEqual([[2], ["info The number has changed"]]);
});

test("what cannot be used is refused with one line, and what was before stays until it is mended", async () => {
  writeFileSync(join(folder, "value"), "1");
  const number = followed();
  writeFileSync(join(folder, "value"), "x");
  await clock.turn(20 * LOOK_MS);
  expect(number.current).toBe(1);
  expect(lines).toEqual([
    `error Cannot use the changed number, the one before stays in use: ${join(folder, "value")} holds "x"`,
  ]);
  writeFileSync(join(folder, "value"), "3");
  await clock.turn(2 * LOOK_MS);
  expect(number.current).toBe(3);
});

test("a file that is gone is told of once, and a file that keeps changing not at all", async () => {
  writeFileSync(join(folder, "value"), "1");
  const number = followed();
  for (const text of ["x", "y", "z"]) {
    writeFileSync(join(folder, "value"), text);
    await clock.turn(LOOK_MS);
  }
  expect(lines).toEqual([]);
  rmSync(join(folder, "value"));
  await clock.turn(20 * LOOK_MS);
  expect([number.current, lines.length, lines[0]]).toEqual([
    1,
    1,
    expect.stringContaining(`Cannot read --number ${join(folder, "value")}: ENOENT`),
  ]);
});

test("what cannot be used at the beginning is an error, and nothing is looked at after the end", async () => {
  expect(() => followed()).toThrow(UserError);
  writeFileSync(join(folder, "value"), "1");
  followed();
  ending.abort();
  expect(clock.nextInMs).toBeUndefined();
});

function followed(): Followed<number> {
  const path = join(folder, "value");
  return followedFiles(
    { what: "number", files: [{ flag: "--number", path }], read: ([text = ""]) => numberIn(text, path) },
    { clock, logger: LOGGER, signal: ending.signal },
  );
}

function numberIn(text: string, path: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(`${path} holds "${text}"`);
}

/** As the kubelet does it: a folder for each version, and a link that goes over to it at once. */
function mounted(version: string, value: string): void {
  mkdirSync(join(folder, version));
  writeFileSync(join(folder, version, "value"), value);
  symlinkSync(version, join(folder, "..new"));
  renameSync(join(folder, "..new"), join(folder, "..data"));
}

const LOGGER: Logger = {
  debug: (message) => void lines.push(`debug ${message}`),
  info: (message) => void lines.push(`info ${message}`),
  error: (message) => void lines.push(`error ${message}`),
};
