import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { VolumeFile } from "../../runtime/container-runtime.ts";

export interface ShowWishes {
  /** Whether earlier files stay for those who found their way past `..data`, as a sub-path does. @default false */
  readonly keepsEarlier?: boolean;
}

/** The link to the folder that holds the files of now. No key of a config map or secret begins like this. */
const DATA = "..data";
const NEXT_DATA = "..data_tmp";

/**
 * Let a folder hold these files and no others. All of them change at the same instant: each is a link that leads through
 * `..data` to a folder of one moment, and only `..data` is turned (Kubernetes convention; programs watch for it).
 */
export function showFiles(
  folder: string,
  files: readonly VolumeFile[],
  wishes: ShowWishes = {},
): Promise<void> {
  const turn = (turns.get(folder) ?? Promise.resolve()).then(() => turnTo(folder, files, wishes));
  const settled = turn.catch(() => undefined);
  turns.set(folder, settled);
  void settled.then(() => {
    if (turns.get(folder) === settled) turns.delete(folder);
  });
  return turn;
}

/** Containers that start side by side show the same folder: one after the other. */
const turns = new Map<string, Promise<void>>();

async function turnTo(
  folder: string,
  files: readonly VolumeFile[],
  { keepsEarlier = false }: ShowWishes,
): Promise<void> {
  const before = await readlink(join(folder, DATA)).catch(() => undefined);
  if (before !== undefined && (await hasSameFiles(join(folder, before), files))) return;
  const now = await writtenMoment(folder, files);
  await rm(join(folder, NEXT_DATA), { force: true });
  await symlink(now, join(folder, NEXT_DATA));
  await rename(join(folder, NEXT_DATA), join(folder, DATA));
  await linkOnly(folder, new Set(files.map(topOf)));
  if (before !== undefined && !keepsEarlier) await rm(join(folder, before), { recursive: true, force: true });
}

/** @returns the name of a new folder that holds these files */
async function writtenMoment(folder: string, files: readonly VolumeFile[]): Promise<string> {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-T:]/g, "_");
  const moment = await mkdtemp(join(folder, `..${stamp}.`));
  await chmod(moment, 0o755);
  for (const { path, content, mode } of files) {
    const target = join(moment, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  }
  return moment.slice(folder.length + 1);
}

/** Let these names lead through `..data`, and no others. */
async function linkOnly(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  const present = (await readdir(folder)).filter((name) => !name.startsWith(".."));
  for (const name of wanted) if (!present.includes(name)) await symlink(join(DATA, name), join(folder, name));
  for (const name of present)
    if (!wanted.has(name)) await rm(join(folder, name), { recursive: true, force: true });
}

function topOf({ path }: VolumeFile): string {
  return join(path).split("/")[0] ?? path;
}

async function hasSameFiles(moment: string, files: readonly VolumeFile[]): Promise<boolean> {
  const entries = await readdir(moment, { recursive: true, withFileTypes: true }).catch(() => []);
  if (entries.filter((entry) => entry.isFile()).length !== files.length) return false;
  const same = await Promise.all(files.map((file) => isSameFile(join(moment, file.path), file)));
  return same.every(Boolean);
}

async function isSameFile(path: string, { content, mode }: VolumeFile): Promise<boolean> {
  try {
    const [there, { mode: modeThere }] = await Promise.all([readFile(path), stat(path)]);
    return (modeThere & 0o7777) === mode && Buffer.compare(there, content) === 0;
  } catch {
    return false;
  }
}
