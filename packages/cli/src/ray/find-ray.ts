import { existsSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { run } from "../system/run.ts";
import { UserError } from "../user-error.ts";

/** A Ray that can run here: a Python that imports it, with the parts that a cluster's head needs. */
export interface RayInstallation {
  readonly python: string;
  /** The installation's root: what a pod has to see of it. */
  readonly folder: string;
  /** Where its `ray` command lies. */
  readonly binFolder: string;
  readonly version: string;
}

/** Prints four lines: Ray's version, whether its dashboard can run, the root, and the folder of its scripts. */
const PROBE = [
  "import sys, sysconfig",
  "import ray",
  "print(ray.__version__)",
  "try:\n    import ray.dashboard.optional_deps\n    print('default')\nexcept ImportError:\n    print('minimal')",
  "print(sys.prefix)",
  "print(sysconfig.get_path('scripts'))",
].join("\n");

/**
 * The Ray at a path that the user names: a virtual environment, a Python, or the `ray` command.
 *
 * @throws UserError when there is none that can run a cluster
 */
export async function rayAt(path: string): Promise<RayInstallation> {
  if (!existsSync(path)) {
    throw new UserError(`Cannot use --ray ${path}: there is no such file or folder`, {
      hint: "Name a virtual environment, a Python that imports ray, or the ray command itself",
    });
  }
  const python = pythonOf(path);
  const found = await probe(python);
  if (typeof found === "string") {
    throw new UserError(`Cannot use --ray ${path}: ${found}`, {
      hint: `${python} -m pip install 'ray[default]'`,
    });
  }
  return found;
}

/** The first Python on the search path that imports a complete Ray, if there is one. */
export async function rayOnPath(searchPath: string): Promise<RayInstallation | undefined> {
  for (const python of pythonsOn(searchPath)) {
    const found = await probe(python);
    if (typeof found !== "string") return found;
  }
  return undefined;
}

/** The Pythons on a search path, in its order, each once. */
export function pythonsOn(searchPath: string): readonly string[] {
  const candidates = searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => [join(folder, "python3"), join(folder, "python")]);
  return [...new Set(candidates)].filter((file) => existsSync(file));
}

/** The first program of that name on a search path. */
export function programOn(searchPath: string, name: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** The installation behind a Python, or a sentence that says why there is none. */
export async function probe(python: string): Promise<RayInstallation | string> {
  const { exitCode, stdout, stderr } = await run(python, ["-c", PROBE], { timeoutMs: 60_000 });
  if (exitCode !== 0) return `${python} cannot import ray (${lastLine(stderr) || `exit code ${exitCode}`})`;
  const [version = "", extent = "", folder = "", binFolder = ""] = stdout.trim().split("\n");
  if (extent !== "default")
    return `Ray ${version} of ${python} lacks its dashboard, without which no job can be submitted`;
  return { python, folder, binFolder, version };
}

function pythonOf(path: string): string {
  if (statSync(path).isDirectory()) return join(path, "bin", "python");
  return basename(path) === "ray" ? join(dirname(path), "python") : path;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
