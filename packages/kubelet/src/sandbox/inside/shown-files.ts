import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { VolumeFile } from "../../runtime/container-runtime.ts";

/** No key of a config map or secret begins like this (Kubernetes rule). */
const DRAFT_PREFIX = "..draft-";

/** Let a folder hold these files and no others. Each appears whole: containers may be reading it. */
export async function showFiles(folder: string, files: readonly VolumeFile[]): Promise<void> {
  for (const file of files) await showFile(folder, file);
  const wanted = new Set(files.map(({ path }) => join(path)));
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(relative(folder, entry.parentPath), entry.name);
    const isStale = entry.isFile() && !wanted.has(path) && !entry.name.startsWith(DRAFT_PREFIX);
    if (isStale) await rm(join(folder, path), { force: true });
  }
}

let draftsWritten = 0;

async function showFile(folder: string, { path, content, mode }: VolumeFile): Promise<void> {
  const target = join(folder, path);
  draftsWritten += 1;
  const draft = join(folder, `${DRAFT_PREFIX}${draftsWritten}`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(draft, content);
  await chmod(draft, mode);
  await rename(draft, target);
}
