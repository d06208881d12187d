import { randomInt } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import type { KubeObject } from "@heliostat/kube";
import type { DiskDurability } from "../disk/disk-store.ts";
import { lmdbStore } from "../disk/lmdb-store.ts";
import { sqliteStore } from "../disk/sqlite-store.ts";
import { ObjectStore } from "../store/object-store.ts";

/**
 * Write at random for ever. Each write is said twice: `? key revision` when it is made, `! key revision` when it is
 * answered; the revision of a removal is 0. It is said to a file: what a pipe has not taken ends with the process.
 */
const [engine = "", durability = "", folder = "", log = ""] = process.argv.slice(2);
const said = openSync(log, "w");
const storage = (engine === "lmdb" ? lmdbStore : sqliteStore)({
  folder,
  durability: durability as DiskDurability,
});
const clock = { now: () => Date.now(), after: () => ({ cancel: () => undefined }) };
const store = new ObjectStore({ clock, storage });
await store.open();
process.stdout.write("ready\n");
await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));

/** Each writer has its own objects, so that the lines of one object come in the order of its writes. */
async function write(writer: number): Promise<void> {
  for (;;) {
    const key = `w${writer}-${randomInt(4)}`;
    const address = { storageKey: "/things", key };
    const stored = store.get(address);
    const isRemoval = stored !== undefined && randomInt(4) === 0;
    const { revision } = isRemoval
      ? store.remove(address, stored.object, stored.revision)
      : store.put(address, thing(key), stored?.revision);
    const told = `${key} ${isRemoval ? 0 : revision}\n`;
    writeSync(said, `? ${told}`);
    await store.settled();
    writeSync(said, `! ${told}`);
  }
}

function thing(name: string): KubeObject {
  const object = { apiVersion: "v1", kind: "Thing", metadata: { name }, data: name.repeat(randomInt(1000)) };
  return object as unknown as KubeObject;
}
