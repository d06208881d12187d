import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryStore } from "../store/memory-store.ts";
import { contents, durableStoreConformance } from "../testing/durable-store.conformance.ts";
import { ModelDisk } from "../testing/model-disk.ts";
import { isFullSuite } from "../testing/suite-extent.ts";
import type { DiskDurability } from "./disk-store.ts";
import { lmdbStore } from "./lmdb-store.ts";
import { sqliteStore } from "./sqlite-store.ts";

const ENGINES = { lmdb: lmdbStore, sqlite: sqliteStore } as const;
const DURABILITIES: readonly DiskDurability[] = ["relaxed", "strict"];

let home: string;
let folders = 0;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "heliostat-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

durableStoreConformance("memory", () => {
  const store = memoryStore();
  return { open: () => store };
});
durableStoreConformance("the model disk", () => {
  const disk = new ModelDisk();
  return { open: () => disk.store() };
});
for (const [name, engine] of Object.entries(ENGINES)) {
  for (const durability of DURABILITIES) {
    durableStoreConformance(`${name} ${durability}`, () => {
      const folder = freshFolder();
      return { open: () => engine({ folder, durability }) };
    });
  }
}

describe.each(Object.entries(ENGINES))("%s on disk", (name, engine) => {
  it("is for its owner alone", async () => {
    const folder = freshFolder();
    await contents(engine({ folder, durability: "strict" }));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it("finds a changed bit in a record, and serves nothing then", async () => {
    const folder = await filled(engine, 1);
    const file = join(folder, `objects.${name === "lmdb" ? "mdb" : "sqlite"}`);
    const bytes = readFileSync(file);
    const text = "value of key 0";
    let copies = 0;
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      bytes.writeUInt8(bytes.readUInt8(at + 3) ^ 1, at + 3);
      copies += 1;
    }
    expect(copies).toBeGreaterThan(0);
    writeFileSync(file, bytes);
    await expect(contents(engine({ folder, durability: "strict" }))).rejects.toThrow(
      `Cannot read the stored objects in ${folder}: the record "key 0" is damaged`,
    );
  });

  it("refuses a file that is none of its own", async () => {
    const folder = await filled(engine, 1);
    const file = join(folder, `objects.${name === "lmdb" ? "mdb" : "sqlite"}`);
    writeFileSync(file, "x".repeat(20_000));
    await expect(contents(engine({ folder, durability: "strict" }))).rejects.toThrow(
      `Cannot read the stored objects in ${folder}`,
    );
  });

  it("refuses a folder with the objects of another engine", async () => {
    const folder = await filled(name === "lmdb" ? sqliteStore : lmdbStore, 1);
    await expect(contents(engine({ folder, durability: "strict" }))).rejects.toThrow(
      "belongs to another kind of storage",
    );
  });

  it.skipIf(!canMount()).each(DURABILITIES)(
    "refuses writes on a full disk and goes on when there is room (%s)",
    (mode) => {
      const child = fileURLToPath(import.meta.resolve("../testing/full-disk-child.ts"));
      const said = execFileSync(
        "unshare",
        [
          "--user",
          "--map-root-user",
          "--mount",
          "bash",
          "-c",
          FULL_DISK,
          process.execPath,
          child,
          name,
          mode,
        ],
        { encoding: "utf8", cwd: home },
      );
      expect(JSON.parse(said)).toEqual({
        refusal: expect.stringContaining("no space left on the disk"),
        isStillRefused: true,
        lost: [],
        surplus: [],
        afterwards: "stored",
      });
    },
  );
});

describe("SQLite's log", () => {
  it("torn anywhere in its last records gives one of the states that were committed", async () => {
    const folder = freshFolder();
    const store = sqliteStore({ folder, durability: "strict" });
    await store.load(() => undefined);
    const log = join(folder, "objects.sqlite-wal");
    const states: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      await store.commit(new Map([["counter", `${index} `.repeat(400)]]));
      states.push(statSync(log).size);
    }
    const database = readFileSync(join(folder, "objects.sqlite"));
    const bytes = readFileSync(log);
    await store.close();
    const from = states[2] ?? 0;
    const torn = freshFolder();
    await contents(sqliteStore({ folder: torn, durability: "strict" }));
    for (let length = from; length <= bytes.length; length += TORN_STEP) {
      rmSync(join(torn, "objects.sqlite-shm"), { force: true });
      writeFileSync(join(torn, "objects.sqlite"), database);
      writeFileSync(join(torn, "objects.sqlite-wal"), bytes.subarray(0, length));
      const whole = states.filter((size) => size <= length).length - 1;
      // What is read is not written, so that the disk need not be waited for.
      expect(await contents(sqliteStore({ folder: torn, durability: "relaxed" }))).toEqual([
        ["counter", `${whole} `.repeat(400)],
      ]);
    }
  }, 1_800_000);
});

/** A prime, so that every place within a frame comes up. */
const TORN_STEP = isFullSuite ? 1 : 211;

/** Three megabytes of memory as a disk, gone with the process. */
const FULL_DISK = `mount -t tmpfs -o size=3m tmpfs "$PWD" && exec "$0" --conditions=@heliostat/source "$@" "$PWD"`;

function canMount(): boolean {
  try {
    execFileSync("unshare", ["--user", "--map-root-user", "--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function freshFolder(): string {
  folders += 1;
  return join(home, `store-${folders}`);
}

async function filled(engine: typeof lmdbStore, records: number): Promise<string> {
  const folder = freshFolder();
  const store = engine({ folder, durability: "strict" });
  await store.load(() => undefined);
  for (let index = 0; index < records; index += 1)
    await store.commit(new Map([[`key ${index}`, `value of key ${index}`]]));
  await store.close();
  return folder;
}
