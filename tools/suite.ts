import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a suite ended, as its runner counted. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
}

const root = join(import.meta.dirname, "..");

/** What a suite needs before its tests can run; every step is quick once done. */
const PREPARATIONS: Readonly<Record<string, readonly string[]>> = {
  clients: ["e2e/tools/fetch.ts", "e2e/tools/fetch-python.ts"],
  ray: ["e2e/tools/fetch.ts", "e2e/ray/fetch.ts"],
  web: ["e2e/web/fetch.ts"],
};

/** Suites that are the long form of tests among `rooms`, and where those are. */
const AMONG_ROOMS: Readonly<Record<string, readonly string[]>> = {
  store: [
    "packages/kube-embedded/src/disk",
    "packages/kube-embedded/src/store",
    "packages/kube-http/src/watch/cut-watch.test.ts",
  ],
};

/** The files that a smoke run of a suite is made of. @default all, which then skip by themselves what takes long */
const SMOKE: Readonly<Record<string, readonly string[]>> = {
  clients: ["kubectl", "create", "apply", "helm", "access", "client-node", "kuberay-samples"].map(
    (name) => `e2e/clients/${name}.test.ts`,
  ),
};

/**
 * Fetch what a suite needs and run it.
 *
 * @param extent `smoke` is at most two minutes; `full` is what an issue is closed with
 */
export function runSuite(name: string, extent: "smoke" | "full"): SuiteResult {
  for (const script of PREPARATIONS[name] ?? []) {
    const { status } = node(["--conditions=@heliostat/source", script]);
    if (status !== 0) return { passed: 0, failed: 1 };
  }
  const files = AMONG_ROOMS[name];
  if (files) return runTests(["rooms"], extent, files);
  return runTests([name], extent, extent === "smoke" ? SMOKE[name] : []);
}

/** Run vitest projects and count. A runner that ends without a verdict is one failure. */
export function runTests(
  projects: readonly string[],
  extent: "smoke" | "full" = "smoke",
  files: readonly string[] = [],
): SuiteResult {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-suite-"));
  const report = join(folder, "report.json");
  try {
    const selection = projects.flatMap((project) => ["--project", project]);
    const output = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { status } = node(["node_modules/vitest/vitest.mjs", "run", ...files, ...selection, ...output], {
      HELIOSTAT_SUITE: extent,
    });
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: Math.max(numFailedTests, status === 0 ? 0 : 1) };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function node(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { status: number | null } {
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
}

if (import.meta.main) {
  const [name = "", ...flags] = process.argv.slice(2);
  const { failed } = runSuite(name, flags.includes("--full") ? "full" : "smoke");
  process.exitCode = failed === 0 ? 0 : 1;
}
