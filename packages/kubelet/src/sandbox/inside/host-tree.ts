import { mkdir, readFile } from "node:fs/promises";
import { isWithin, parseMountInfo } from "./mount-info.ts";
import { run } from "./run.ts";

/**
 * Make a second, read-only sight of the whole host at `folder`, from which containers are furnished.
 *
 * A read-only bind covers only its own mount, so that every mount below is done one by one. What refuses to become
 * read-only, and what nobody may see, is covered.
 */
export async function hostTree(folder: string, hiddenFolders: readonly string[]): Promise<void> {
  await mkdir(folder);
  await run("mount", ["--no-mtab", "--rbind", "/", folder]);
  const mounts = parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
  const within = mounts.filter(({ path }) => isWithin(path, folder));
  const remounts = within.map(({ path, lockedOptions }) => `${READ_ONLY.concat(lockedOptions)}\t${path}\n`);
  await run("bash", ["-c", MAKE_READ_ONLY], remounts.join(""));
  for (const hidden of hiddenFolders) {
    await run("mount", ["--no-mtab", "-t", "tmpfs", "-o", "ro,size=4k,mode=555", "none", folder + hidden]);
  }
}

const READ_ONLY: readonly string[] = ["remount", "bind", "ro"];

const MAKE_READ_ONLY = `
while IFS=$'\\t' read -r options path; do
  mount -n -o "$options" "$path" 2>/dev/null ||
    mount -n -t tmpfs -o ro,size=4k,mode=555 none "$path" || exit 1
done
`;
