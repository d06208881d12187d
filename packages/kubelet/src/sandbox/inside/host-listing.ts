import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { HostFile, HostListing } from "../root-plan.ts";

/** The host's files as they are now. What cannot be read counts as absent. */
export const HOST_LISTING: HostListing = { entryAt, namesIn };

function entryAt(path: string): HostFile | undefined {
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return { type: "link", target: readlinkSync(path) };
    return { type: stat.isDirectory() ? "folder" : "file" };
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
