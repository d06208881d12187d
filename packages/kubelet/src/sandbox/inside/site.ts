import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateFolder } from "../state-folder.ts";
import type { StandIn, SupervisorSettings } from "../wire/messages.ts";
import { hostTree } from "./host-tree.ts";
import { lockedOptionsAt, parseMountInfo } from "./mount-info.ts";
import { run } from "./run.ts";

/** Where the things lie from which containers are made. */
export interface Site {
  /** In memory, and gone with the namespace: roots of containers, volumes that are not on disk. */
  readonly containersFolder: string;
  readonly podsFolder: string;
  /** The whole host, read-only. */
  readonly hostFolder: string;
  readonly standInFolder: string;
  readonly visibleFolders: readonly string[];
  /** On the host's disk: what pods write to their volumes. */
  readonly diskFolder: string;
  /** What a bind from that disk must keep when it becomes read-only. */
  readonly diskOptions: readonly string[];
}

/** Prepare everything that all containers of this node have in common. */
export async function prepareSite(settings: SupervisorSettings): Promise<Site> {
  const { path, memory, disk } = stateFolder(settings.stateFolder);
  const mounts = parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
  const site: Site = {
    containersFolder: join(memory, "containers"),
    podsFolder: join(memory, "pods"),
    hostFolder: join(memory, "host"),
    standInFolder: join(memory, "stand-ins"),
    visibleFolders: settings.visibleFolders,
    diskFolder: disk,
    diskOptions: lockedOptionsAt(path, mounts),
  };
  await mkdir(memory);
  await run("mount", ["--no-mtab", "-t", "tmpfs", "-o", "mode=755,nosuid,nodev", "heliostat", memory]);
  await hostTree(site.hostFolder, [path, ...settings.hiddenFolders]);
  for (const folder of [site.containersFolder, site.podsFolder, site.standInFolder, site.diskFolder]) {
    await mkdir(folder, { recursive: true });
  }
  await Promise.all(settings.standIns.map((standIn) => place(standIn, site.standInFolder)));
  return site;
}

async function place(standIn: StandIn, folder: string): Promise<void> {
  const path = join(folder, standIn.name);
  if ("linkTo" in standIn) {
    await symlink(standIn.linkTo, path);
    return;
  }
  await writeFile(path, standIn.script);
  await chmod(path, 0o755);
}
