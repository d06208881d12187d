import { join } from "node:path";
import { type DurableStore, lmdbStore, sqliteStore } from "@heliostat/kube-embedded";

/** Where the laptop's objects are kept, and what an answered write survives. */
export interface StorageChoice {
  readonly engine: StorageEngine;
  readonly durability: Durability;
}

export type StorageEngine = (typeof STORAGE_ENGINES)[number];
export type Durability = (typeof DURABILITIES)[number];

export const STORAGE_ENGINES = ["lmdb", "sqlite"] as const;
export const DURABILITIES = ["memory", "relaxed", "strict"] as const;

export const DEFAULT_STORAGE: StorageChoice = { engine: "lmdb", durability: "relaxed" };

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
