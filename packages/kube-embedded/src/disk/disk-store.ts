import { mkdirSync, readdirSync } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";

/** What an answered write survives. `relaxed`: the end of this process. `strict`: the loss of power as well. */
export type DiskDurability = "relaxed" | "strict";

export interface DiskStoreOptions {
  /** Made when it is missing, for its owner alone; nothing else may lie in it. */
  readonly folder: string;
  readonly durability: DiskDurability;
}

/** Make the folder, and make sure that no other kind of store lies in it. */
export function prepareFolder(folder: string, fileName: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const strangers = readdirSync(folder).filter((name) => !name.startsWith(fileName));
  if (strangers.length === 0) return;
  throw new Error(
    `Cannot keep objects in ${folder}: ${strangers[0]} in it belongs to another kind of storage`,
  );
}

/**
 * Before a commit that blocks this thread: let the requests in that have arrived meanwhile. What they write is stored
 * together by the next one, and told to watchers together.
 */
export function otherRequests(): Promise<void> {
  return setImmediate();
}

/** What is in a file or, of a folder, which files are in it, survives the loss of power from now on. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Less than this, and a failed write has failed for want of space. */
const FULL_BYTES = 1024 * 1024;

/** Why a write to `folder` has failed, in words that say what to do: engines call a full disk by many names. */
export async function writeFailure(folder: string, cause: unknown): Promise<Error> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < FULL_BYTES)
    return new Error(`no space left on the disk of ${folder} (ENOSPC)`, { cause });
  return new Error(`${(cause as Error).message} (${folder})`, { cause });
}
