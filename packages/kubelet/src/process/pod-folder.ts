import { existsSync } from "node:fs";
import { mkdir, realpath, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ContainerSpec, FilesVolume, Mount, PodVolume } from "../runtime/container-runtime.ts";
import { isWithin } from "../sandbox/inside/mount-info.ts";
import { showFiles } from "../sandbox/inside/shown-files.ts";

/** Where a container's things are, and what it should know about that. */
export interface ContainerFolders {
  readonly workingDir: string;
  readonly home: string;
  readonly temporary: string;
  /** For the container's log: which mounts are not where its manifest says. */
  readonly notes: readonly string[];
}

/** Lay out what a container asks for below a pod's folder, the only place of the machine that is the pod's. */
export async function containerFolders(podFolder: string, spec: ContainerSpec): Promise<ContainerFolders> {
  const root = join(podFolder, "root", spec.name);
  await rm(root, { recursive: true, force: true });
  const [workingDir, home, temporary] = [
    join(root, spec.workingDir),
    join(podFolder, "home"),
    join(podFolder, "tmp"),
  ];
  await Promise.all([root, home, temporary].map((folder) => mkdir(folder, { recursive: true })));
  const outermostFirst = [...spec.mounts].sort((a, b) => a.mountPath.length - b.mountPath.length);
  for (const mount of outermostFirst) await place(mount, { podFolder, root });
  await mkdir(workingDir, { recursive: true });
  return {
    workingDir,
    home,
    temporary,
    notes: spec.mounts.filter(isElsewhere).map((mount) => note(mount, root)),
  };
}

/** Show these files from now on, if any container has the volume. */
export async function updateFiles(podFolder: string, { name, files }: FilesVolume): Promise<void> {
  const folder = volumeFolder(podFolder, name);
  if (existsSync(folder)) await showFiles(folder, files);
}

function volumeFolder(podFolder: string, name: string): string {
  return join(podFolder, "volumes", name);
}

async function place(mount: Mount, { podFolder, root }: { podFolder: string; root: string }): Promise<void> {
  const target = join(root, mount.mountPath);
  if (target === root) throw new Error(`Cannot mount volume "${mount.volume.name}" on "/"`);
  const source = await sourceOf(mount, volumeFolder(podFolder, mount.volume.name));
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await symlink(source, target);
}

async function sourceOf({ volume, subPath = "" }: Mount, folder: string): Promise<string> {
  const volumeRoot = volume.type === "host" ? volume.path : folder;
  if (volume.type !== "host") await fill(volume, folder);
  const path = join(volumeRoot, subPath);
  if (volume.type === "empty") await mkdir(path, { recursive: true }).catch(ignoreExistingFile);
  const [source, realRoot] = await Promise.all([realpath(path), realpath(volumeRoot)]).catch(
    (cause: unknown) => {
      throw new Error(`Cannot mount "${path}": no such file or folder`, { cause });
    },
  );
  if (!isWithin(source, realRoot))
    throw new Error(`Cannot mount sub-path "${subPath}": it leads out of the volume`);
  // The files of a config map are found anew each time: where they are now is where they are until they change.
  return volume.type === "files" ? path : source;
}

async function fill(volume: Exclude<PodVolume, { type: "host" }>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (volume.type === "files") await showFiles(folder, volume.files);
}

/** A sub-path may name a file that a container has written before. */
function ignoreExistingFile(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

/** Memory that processes share is where it always is; a host path may be, too. */
function isElsewhere({ mountPath, volume }: Mount): boolean {
  return mountPath !== "/dev/shm" && !(volume.type === "host" && volume.path === mountPath);
}

function note({ mountPath, volume }: Mount, root: string): string {
  return `Volume "${volume.name}" is at ${join(root, mountPath)}, not at ${mountPath}: processes share this machine's files`;
}
