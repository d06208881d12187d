import { spawnSync } from "node:child_process";
import { readConfig } from "../../packages/cli/src/config.ts";
import { programOn } from "../../packages/cli/src/ray/find-ray.ts";
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

// Debian's Redis, for fault tolerance by Redis; where it cannot be had that test is left out.
const mayInstall = process.getuid?.() === 0 && programOn(searchPath, "apt-get") !== undefined;
if (programOn(searchPath, "redis-server") === undefined && mayInstall) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "redis-server"],
  ])
    spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
}
