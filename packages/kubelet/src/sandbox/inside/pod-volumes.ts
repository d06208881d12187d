import { chmod, mkdir, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OrderedFilesVolume, OrderedMount, OrderedVolume } from "../wire/messages.ts";
import type { ContainerPlace } from "./container-root.ts";
import { isWithin } from "./mount-info.ts";
import { bind, type MountEntry } from "./mount-table.ts";
import { run } from "./run.ts";
import { showFiles } from "./shown-files.ts";
import type { Site } from "./site.ts";

/** The volumes of one pod: each is made when the first container mounts it, and shared by all. */
export class PodVolumes {
  readonly #site: Site;
  readonly #memoryFolder: string;
  readonly #diskFolder: string;
  readonly #folders = new Map<string, Promise<string>>();
  readonly #mounted: string[] = [];
  /** Volumes of which some container sees a folder as it was when it was mounted. */
  readonly #pinned = new Set<string>();

  constructor(site: Site, uid: string) {
    this.#site = site;
    this.#memoryFolder = join(site.podsFolder, uid, "volumes");
    this.#diskFolder = join(site.diskFolder, uid);
  }

  /** What has to be mounted in a container's root. @throws Error when the volume cannot be had */
  async placeOf(mount: OrderedMount): Promise<ContainerPlace> {
    const { volume, mountPath, subPath = "" } = mount;
    const root = await this.#folderOf(volume);
    const source = await sourceWithin(root, subPath, volume.type === "empty");
    const kind = (await stat(source)).isDirectory() ? "folder" : "file";
    const isReadOnly = mount.isReadOnly || volume.type === "files";
    if (volume.type === "files" && source !== root && kind === "folder") this.#pinned.add(volume.name);
    const from = this.#binding(volume, source, isReadOnly);
    return { path: mountPath, kind, from, ...(canHoldMounts(volume, isReadOnly) ? { backing: source } : {}) };
  }

  /** What a container that starts later mounts, it brings along. */
  async update(volume: OrderedFilesVolume): Promise<void> {
    const folder = this.#folders.get(volume.name);
    if (folder !== undefined) await this.#show(await folder, volume);
  }

  async remove(): Promise<void> {
    for (const folder of this.#mounted) await run("umount", ["--no-mtab", "--lazy", folder]);
    await rm(this.#diskFolder, { recursive: true, force: true });
  }

  #binding(volume: OrderedVolume, source: string, isReadOnly: boolean): MountEntry {
    if (!isReadOnly) return bind(source, "");
    if (volume.type === "host") return bind(join(this.#site.hostFolder, source), "");
    const isOnDisk = volume.type === "empty" && volume.medium === "";
    return bind(source, "", "ro", ...(isOnDisk ? this.#site.diskOptions : []));
  }

  async #folderOf(volume: OrderedVolume): Promise<string> {
    if (volume.type === "host") return volume.path;
    const known = this.#folders.get(volume.name);
    const folder = known ?? this.#create(volume);
    this.#folders.set(volume.name, folder);
    if (volume.type === "files") await this.#show(await folder, volume);
    return folder;
  }

  #show(folder: string, { name, files }: OrderedFilesVolume): Promise<void> {
    const decoded = files.map(({ base64, ...file }) => ({ ...file, content: Buffer.from(base64, "base64") }));
    return showFiles(folder, decoded, { keepsEarlier: this.#pinned.has(name) });
  }

  async #create(volume: Exclude<OrderedVolume, { type: "host" }>): Promise<string> {
    const isOnDisk = volume.type === "empty" && volume.medium === "";
    const folder = join(isOnDisk ? this.#diskFolder : this.#memoryFolder, volume.name);
    await mkdir(folder, { recursive: true });
    if (volume.type === "files") return folder;
    if (volume.medium === "Memory") await this.#mountMemory(folder, volume.sizeLimitBytes);
    await chmod(folder, 0o777);
    return folder;
  }

  async #mountMemory(folder: string, sizeLimitBytes: number | undefined): Promise<void> {
    const size = sizeLimitBytes === undefined ? "" : `,size=${sizeLimitBytes}`;
    await run("mount", ["--no-mtab", "-t", "tmpfs", "-o", `nosuid,nodev${size}`, "volume", folder]);
    this.#mounted.push(folder);
  }
}

/** Mount points for volumes inside this one are made in it, unless it is a read-only part of the host. */
function canHoldMounts(volume: OrderedVolume, isReadOnly: boolean): boolean {
  return volume.type !== "host" || !isReadOnly;
}

async function sourceWithin(root: string, subPath: string, isCreated: boolean): Promise<string> {
  const path = join(root, subPath);
  if (isCreated) await mkdir(path, { recursive: true }).catch(ignoreExistingFile);
  const [source, realRoot] = await Promise.all([realpath(path), realpath(root)]).catch((cause: unknown) => {
    throw new Error(`Cannot mount "${path}": no such file or folder`, { cause });
  });
  if (!isWithin(source, realRoot)) {
    throw new Error(`Cannot mount sub-path "${subPath}": it leads out of the volume`);
  }
  return source;
}

/** A sub-path may name a file that a container has written before. */
function ignoreExistingFile(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
