import { readConfig } from "../../packages/cli/src/config.ts";
import { privateRay } from "../../packages/cli/src/ray/install-ray.ts";

/** The Ray that every test of real Ray shares: the one that `heliostat up` would install. */
const { cacheFolder, path: searchPath } = readConfig();
const ray = await privateRay({
  cacheFolder,
  searchPath,
  signal: new AbortController().signal,
  onProgress: (line) => process.stdout.write(`${line}\n`),
});
if ("why" in ray) {
  process.stderr.write(`Cannot test against real Ray: ${ray.why}. ${ray.remedy}.\n`);
  process.exitCode = 1;
}
