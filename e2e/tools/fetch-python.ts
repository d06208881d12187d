import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A Python that has the `kubernetes` client, or why there is none. */
export type PythonClient = { readonly path: string } | { readonly reason: string };

const REQUIREMENTS = join(import.meta.dirname, "python-requirements.txt");
const FOLDER = join(import.meta.dirname, "..", "..", ".cache", "python-kubernetes");
const MARKER = join(FOLDER, "requirements.txt");

/** Python's `kubernetes` client in an environment of its own, made when it is not there yet. */
export function fetchPythonClient(): PythonClient {
  const path = join(FOLDER, "bin", "python");
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (existsSync(MARKER) && readFileSync(MARKER, "utf8") === wanted) return { path };
  rmSync(FOLDER, { recursive: true, force: true });
  try {
    run("python3", ["-m", "venv", FOLDER]);
    run(path, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
  } catch (error) {
    return { reason: `no Python client: ${error instanceof Error ? error.message : error}` };
  }
  writeFileSync(MARKER, wanted);
  return { path };
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
}

if (import.meta.main) {
  const client = fetchPythonClient();
  console.log("path" in client ? `python kubernetes  ${client.path}` : client.reason);
}
