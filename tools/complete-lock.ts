import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** The part of one `packages` entry of a lock file that matters here. */
interface LockEntry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const PLATFORMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
  "wasm32",
];

/**
 * `lock` with an entry for every optional dependency that it names but lacks.
 *
 * npm leaves out packages for other platforms when the registry does not have them, and `npm ci` then calls the lock
 * out of step with package.json. Platform packages say in their name where they belong, which is all that npm needs
 * to skip them.
 */
export function completeLock(lock: Lock): Lock {
  const added: Record<string, LockEntry> = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isResolvable(lock, path, name)) continue;
      added[`node_modules/${name}`] = platformEntry(name, version, entry.dev === true);
    }
  }
  const packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { ...lock, packages };
}

/** Whether Node's resolution from `path` upwards finds the package in the lock. */
function isResolvable(lock: Lock, path: string, name: string): boolean {
  const folders = path
    .split("/node_modules/")
    .map((_, depth, parts) => parts.slice(0, depth + 1).join("/node_modules/"));
  return ["", ...folders].some(
    (folder) => `${folder === "" ? "" : `${folder}/`}node_modules/${name}` in lock.packages,
  );
}

function platformEntry(name: string, version: string, isDev: boolean): LockEntry {
  const words = name.split(/[/-]/);
  const os = PLATFORMS.filter((platform) => words.includes(platform));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  return {
    version: version.replace(/^[~^]/, ""),
    ...(cpu.length > 0 && { cpu }),
    ...(isDev && { dev: true }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const files = process.argv.slice(2);
  for (const file of files.length > 0 ? files : ["package-lock.json"]) {
    const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
    writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`);
  }
}
