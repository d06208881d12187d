/** What keeps the laptop's objects, and what an answered write survives. */
export interface StorageChoice {
  readonly engine: StorageEngine;
  /** `memory`: nothing. `relaxed`: the end of this process, by `kill -9` too. `strict`: the loss of power as well. */
  readonly durability: Durability;
}

export type StorageEngine = (typeof STORAGE_ENGINES)[number];
export type Durability = (typeof DURABILITIES)[number];

export const STORAGE_ENGINES = ["lmdb", "sqlite"] as const;
export const DURABILITIES = ["memory", "relaxed", "strict"] as const;

export const DEFAULT_STORAGE: StorageChoice = { engine: "lmdb", durability: "relaxed" };
