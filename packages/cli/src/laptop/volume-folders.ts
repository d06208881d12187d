import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type KubeClient, PERSISTENT_VOLUMES } from "@heliostat/kube";

/** Where persistent volumes keep their files, below the state folder. */
export function volumesFolder(stateFolder: string): string {
  return join(stateFolder, "volumes");
}

/** Remove the files of volumes that are gone. Each has a folder that is named as it is. */
export async function removeLostVolumes(client: KubeClient, folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const { items } = await client.list(PERSISTENT_VOLUMES);
  const known = new Set(items.map(({ metadata }) => metadata.name));
  const lost = names.filter((name) => !known.has(name));
  await Promise.all(lost.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
