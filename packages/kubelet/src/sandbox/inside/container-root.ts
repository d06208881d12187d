import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Place, type RootStep, rootPlan } from "../root-plan.ts";
import { HOST_LISTING } from "./host-listing.ts";
import { bind, type MountEntry } from "./mount-table.ts";

/** A place together with what belongs there. */
export interface ContainerPlace extends Place {
  /** What to mount: an entry whose target is still open. Absent for `writable` and `present`. */
  readonly from?: MountEntry;
  /** Where mount points inside it are made, when it can have any. */
  readonly backing?: string;
}

/**
 * Make the folders of a container's root below `folder`, and list what has to be mounted on them: by the container's
 * first process, in its own mount namespace, so that nothing is left to unmount.
 */
export async function containerRoot(
  folder: string,
  hostFolder: string,
  places: readonly ContainerPlace[],
): Promise<readonly MountEntry[]> {
  const build: Build = { folder, hostFolder, entries: [], backings: new Map() };
  const root = join(folder, ROOT_FOLDER);
  await mkdir(join(root, OLD_ROOT), { recursive: true });
  build.entries.push({ source: root, target: root, options: ["bind"] });
  build.backings.set("/", root);
  for (const step of rootPlan(places, HOST_LISTING)) await carryOut(build, step);
  await chmod(join(root, "tmp"), 0o1777);
  await furnishDevices(build);
  build.entries.push(fileSystem("proc", join(root, "proc"), "nosuid,nodev,noexec"));
  return build.entries;
}

/** The new root, and the folder in it that holds the old one while they change places. */
export const ROOT_FOLDER = "root";
export const OLD_ROOT = ".old";

interface Build {
  readonly folder: string;
  readonly hostFolder: string;
  readonly entries: MountEntry[];
  /** Where mount points below a path of the container are made; `undefined` where nothing can be made. */
  readonly backings: Map<string, string | undefined>;
}

async function carryOut(build: Build, step: RootStep<ContainerPlace>): Promise<void> {
  const target = join(build.folder, ROOT_FOLDER, step.path);
  switch (step.step) {
    case "folder":
      await makePoint(build, step.path, "folder");
      return;
    case "link":
      await symlink(step.target, backingOf(build.backings, step.path) ?? target);
      return;
    case "host":
      await makePoint(build, step.path, step.type);
      build.entries.push(bind(build.hostFolder + step.path, target));
      build.backings.set(step.path, undefined);
      return;
    case "open": {
      const cover = join(build.folder, "opened", String(build.entries.length));
      await mkdir(cover, { recursive: true });
      build.entries.push(bind(cover, target));
      build.backings.set(step.path, cover);
      return;
    }
    case "mount":
      await makePoint(build, step.path, step.place.kind === "file" ? "file" : "folder");
      if (step.place.from) build.entries.push({ ...step.place.from, target });
      build.backings.set(step.path, step.place.backing);
  }
}

async function makePoint({ backings }: Build, path: string, type: "folder" | "file"): Promise<void> {
  const point = backingOf(backings, path);
  if (point === undefined) return;
  await mkdir(type === "folder" ? point : dirname(point), { recursive: true });
  if (type === "file") await writeFile(point, "", { flag: "a" });
}

/** Where in the supervisor's own view the container's `path` comes to lie. */
function backingOf(backings: Build["backings"], path: string): string | undefined {
  if (backings.has(path)) return backings.get(path);
  const parent = backingOf(backings, dirname(path));
  return parent === undefined ? undefined : join(parent, basename(path));
}

const DEVICES: readonly string[] = ["full", "null", "random", "tty", "urandom", "zero"];

const DEVICE_LINKS: Readonly<Record<string, string>> = {
  fd: "/proc/self/fd",
  ptmx: "pts/ptmx",
  stderr: "/proc/self/fd/2",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
};

async function furnishDevices({ folder, entries }: Build): Promise<void> {
  const devices = join(folder, ROOT_FOLDER, "dev");
  await mkdir(join(devices, "pts"));
  entries.push(fileSystem("devpts", join(devices, "pts"), "newinstance,ptmxmode=0666,mode=0620"));
  for (const name of DEVICES) {
    await writeFile(join(devices, name), "");
    entries.push(bind(`/dev/${name}`, join(devices, name)));
  }
  for (const [name, target] of Object.entries(DEVICE_LINKS)) await symlink(target, join(devices, name));
}

function fileSystem(type: string, target: string, options: string): MountEntry {
  return { source: type, target, fileSystem: type, options: [options] };
}
