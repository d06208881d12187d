import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DiskDurability } from "../disk/disk-store.ts";
import { lmdbStore } from "../disk/lmdb-store.ts";
import { sqliteStore } from "../disk/sqlite-store.ts";

/** Fill the disk that `disk` is through a store on it, and say as JSON what became of the writes. */
const [engine = "", durability = "", disk = ""] = process.argv.slice(2);
const folder = join(disk, "store");
const open = (engine === "lmdb" ? lmdbStore : sqliteStore).bind(undefined, {
  folder,
  durability: durability as DiskDurability,
});
const ballast = join(disk, "ballast");
writeFileSync(ballast, Buffer.alloc(700_000));

const store = open();
await store.load(() => undefined);
const accepted = new Set<string>();
let refusal = "";
for (let index = 0; refusal === ""; index += 1) {
  try {
    await store.commit(new Map([[`key ${index}`, "x".repeat(9000)]]));
    accepted.add(`key ${index}`);
  } catch (error) {
    refusal = (error as Error).message;
  }
}
const isStillRefused = await refused(new Map([["key x", "x".repeat(400_000)]]));
rmSync(ballast);
const afterwards = (await refused(new Map([["after", "1"]]))) ? "refused" : "stored";
await store.close();

const found = new Set<string>();
const again = open();
await again.load((key) => found.add(key));
await again.close();
found.delete("after");
const lost = [...accepted].filter((key) => !found.has(key));
const surplus = [...found].filter((key) => !accepted.has(key));
process.stdout.write(JSON.stringify({ refusal, isStillRefused, lost, surplus, afterwards }));

async function refused(writes: ReadonlyMap<string, string>): Promise<boolean> {
  try {
    await store.commit(writes);
    return false;
  } catch {
    return true;
  }
}
