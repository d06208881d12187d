import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../system/run.ts";
import { probe, pythonsOn, type RayInstallation } from "./find-ray.ts";

/** The Ray that a private installation gets. */
const PINNED_RAY_VERSION = "2.58.0";

/** The oldest Python for which that version is published. */
const MINIMUM_PYTHON: readonly [major: number, minor: number] = [3, 10];
const MINIMUM_PYTHON_TEXT: string = MINIMUM_PYTHON.join(".");

export interface InstallOptions {
  readonly cacheFolder: string;
  readonly searchPath: string;
  readonly signal: AbortSignal;
  /** Receives one line for each thing that happens. */
  readonly onProgress: (line: string) => void;
}

/** Why a private Ray cannot be had, and what would change that. */
export interface NoRay {
  readonly why: string;
  readonly remedy: string;
}

/**
 * A private virtual environment with a pinned Ray, installed at the first call and found at the next.
 *
 * Half an installation is never taken for a whole one: what cannot import Ray is removed and made anew.
 */
export async function privateRay(options: InstallOptions): Promise<RayInstallation | NoRay> {
  const folder = join(options.cacheFolder, `ray-${PINNED_RAY_VERSION}`);
  const python = join(folder, "bin", "python");
  if (existsSync(python)) {
    const found = await probe(python);
    if (typeof found !== "string") return found;
  }
  const failure = await install(folder, options);
  if (failure) {
    await rm(folder, { recursive: true, force: true });
    return failure;
  }
  const found = await probe(python);
  return typeof found === "string" ? { why: found, remedy: `Remove ${folder} and try again` } : found;
}

async function install(folder: string, options: InstallOptions): Promise<NoRay | undefined> {
  const { signal, onProgress, searchPath } = options;
  const base = await recentPython(searchPath);
  if (base === undefined) {
    return {
      why: `no Python ${MINIMUM_PYTHON_TEXT} or newer is on the PATH`,
      remedy: "Install Python 3 with its venv module",
    };
  }
  onProgress(`installing Ray ${PINNED_RAY_VERSION} into ${folder} (once, about 300 MB)`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const venv = await run(base, ["-m", "venv", folder], { signal });
  if (venv.exitCode !== 0) {
    const why = `${base} cannot make a virtual environment (${lastLine(venv.stdout + venv.stderr)})`;
    return { why, remedy: "On Debian and Ubuntu: apt install python3-venv" };
  }
  const requirement = `ray[default]==${PINNED_RAY_VERSION}`;
  const pip = await run(
    join(folder, "bin", "python"),
    ["-m", "pip", "install", "--disable-pip-version-check", requirement],
    {
      signal,
      onLine: (line) => {
        const step = progressOf(line);
        if (step) onProgress(step);
      },
    },
  );
  if (pip.exitCode === 0) return undefined;
  const why = signal.aborted
    ? "the installation was interrupted"
    : `pip cannot install it (${lastLine(pip.stderr)})`;
  return {
    why,
    remedy: "Give this machine access to a Python package index, or name a Ray of your own with --ray",
  };
}

/** What a line of pip's output tells a person; `undefined` for noise. */
export function progressOf(line: string): string | undefined {
  const download = /^\s*Downloading (\S+?)-(\d[^-]*)-\S+\.whl(?:\.metadata)? \(([\d.]+ [kMG]B)\)/.exec(line);
  if (download && !line.includes(".metadata"))
    return `downloading ${download[1]} ${download[2]} (${download[3]})`;
  if (line.startsWith("Installing collected packages")) return "unpacking";
  return undefined;
}

async function recentPython(searchPath: string): Promise<string | undefined> {
  for (const python of pythonsOn(searchPath)) {
    const script = `import sys; sys.exit(0 if sys.version_info >= (${MINIMUM_PYTHON.join(", ")}) else 1)`;
    const { exitCode } = await run(python, ["-c", script], { timeoutMs: 20_000 });
    if (exitCode === 0) return python;
  }
  return undefined;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
