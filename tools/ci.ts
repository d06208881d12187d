import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runSuite, runTests, type SuiteResult } from "./suite.ts";

/** Everything that must hold before a change lands, cheapest first. The last line counts it all. */
const STEPS: readonly (readonly [name: string, run: () => SuiteResult])[] = [
  ["check", () => npmRun("check")],
  ["test", () => runTests(["rooms"])],
  ["harness", () => npmRun("harness", "--smoke")],
  ["clients", () => runSuite("clients", "smoke")],
  ["ray", () => runSuite("ray", "smoke")],
  ["web", () => runSuite("web", "smoke")],
];

const root = join(import.meta.dirname, "..");
const total = { passed: 0, failed: 0 };

for (const [name, run] of STEPS) {
  process.stdout.write(`\n== ${name}\n`);
  const startedMs = Date.now();
  const { passed, failed } = run();
  total.passed += passed;
  total.failed += failed;
  process.stdout.write(
    `== ${name}: ${passed} ok, ${failed} not ok, ${Math.round((Date.now() - startedMs) / 1000)} s\n`,
  );
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

function npmRun(script: string, ...args: readonly string[]): SuiteResult {
  const { status } = spawnSync("npm", ["run", script, "--", ...args], { cwd: root, stdio: "inherit" });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
