import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ObjectStore } from "../store/object-store.ts";
import { isFullSuite } from "../testing/suite-extent.ts";
import type { DiskDurability } from "./disk-store.ts";
import { lmdbStore } from "./lmdb-store.ts";
import { sqliteStore } from "./sqlite-store.ts";

/** Of each engine and durability. */
const KILLS = isFullSuite ? 50 : 8;
const ENGINES = { lmdb: lmdbStore, sqlite: sqliteStore } as const;
const PROGRAM = fileURLToPath(import.meta.resolve("../testing/killed-child.ts"));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "heliostat-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("a process that is killed while it writes", () => {
  it.each([
    ["lmdb", "relaxed"],
    ["lmdb", "strict"],
    ["sqlite", "relaxed"],
    ["sqlite", "strict"],
  ] as const)("loses nothing that it has answered for (%s, %s)", killAgainAndAgain, 300_000);
});

async function killAgainAndAgain(engine: keyof typeof ENGINES, durability: DiskDurability): Promise<void> {
  const random = new SeededRandom(1);
  const answered = new Map<string, number>();
  let answers = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const lines = await killedAfter(5 + random.fraction() * 60, [engine, durability]);
    const made = new Map(lines.map(({ key, revision }) => [key, revision]));
    for (const { isAnswer, key, revision } of lines) if (isAnswer) answered.set(key, revision);
    answers += lines.filter(({ isAnswer }) => isAnswer).length;
    const store = new ObjectStore({
      clock: new HandClock(),
      storage: ENGINES[engine]({ folder: join(home, "store"), durability }),
    });
    await store.open();
    expect(store.revision).toBeGreaterThanOrEqual(Math.max(0, ...answered.values()));
    for (const [key, revision] of answered) {
      const found = store.visible({ storageKey: "/things", key })?.revision ?? 0;
      // A write that the kill overtook may have been stored, or not.
      expect([revision, made.get(key)], `${key} after kill ${kill}`).toContain(found);
      answered.set(key, found);
    }
    await store.close();
  }
  expect(answers).toBeGreaterThan(KILLS);
}

interface Line {
  readonly isAnswer: boolean;
  readonly key: string;
  /** 0: it is removed. */
  readonly revision: number;
}

async function killedAfter(delayMs: number, store: readonly string[]): Promise<readonly Line[]> {
  const log = join(home, "log");
  const args = ["--conditions=@heliostat/source", PROGRAM, ...store, join(home, "store"), log];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), delayMs));
  await exit;
  const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [mark, key = "", revision = ""] = line.split(" ");
    return { isAnswer: mark === "!", key, revision: Number(revision) };
  });
}
