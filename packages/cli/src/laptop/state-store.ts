import { join } from "node:path";
import { type DurableStore, lmdbStore, sqliteStore } from "@heliostat/kube-embedded";
import { DEFAULT_STORAGE, type StorageChoice } from "./storage-choice.ts";

/** The store in a state folder; `undefined` when objects are to end with the process. */
export function stateStore(
  stateFolder: string,
  { engine, durability }: StorageChoice = DEFAULT_STORAGE,
): DurableStore | undefined {
  if (durability === "memory") return undefined;
  const open = engine === "lmdb" ? lmdbStore : sqliteStore;
  return open({ folder: objectFolder(stateFolder), durability });
}

/** The one folder of the state folder that holds objects. */
export function objectFolder(stateFolder: string): string {
  return join(stateFolder, "state");
}
