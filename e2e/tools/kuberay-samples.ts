import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder with KubeRay's own sample manifests, which are not part of this repository: `shared/data/kuberay-samples`
 * beside it or beside a folder above it. `undefined` where there is none.
 */
export function kuberaySamplesFolder(from: string = import.meta.dirname): string | undefined {
  const folder = join(from, "shared/data/kuberay-samples");
  if (existsSync(folder)) return folder;
  return dirname(from) === from ? undefined : kuberaySamplesFolder(dirname(from));
}
