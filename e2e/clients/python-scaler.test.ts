import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fetchPythonClient } from "../tools/fetch-python.ts";
import { type ProgramResult, runProgram } from "./program.ts";

const python = fetchPythonClient();
const obstacle = "reason" in python ? python.reason : "";
const PROJECT = join(import.meta.dirname, "..", "..", "python");

describe.skipIf(obstacle !== "")(`Python's client of the scaler ${obstacle}`, () => {
  const run = (args: readonly string[], env: Record<string, string>): Promise<ProgramResult> =>
    runProgram("path" in python ? python.path : "", args, {
      env: { HOME: tmpdir(), PATH: process.env["PATH"] ?? "", PYTHONDONTWRITEBYTECODE: "1", ...env },
    });

  it("speaks with a scaler as it is documented", async () => {
    const args = ["-m", "unittest", "discover", "--start-directory", join(PROJECT, "tests")];
    const { code, stderr } = await run(args, { PYTHONPATH: join(PROJECT, "lib") });
    expect(stderr).toMatch(/Ran \d\d tests[\s\S]*\nOK\n$/);
    expect(code).toBe(0);
  });

  it("becomes a wheel that brings every import path and needs nothing but requests", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heliostat-wheel-"));
    try {
      const pip = ["-m", "pip", "--disable-pip-version-check"];
      expect(
        (await run([...pip, "wheel", PROJECT, "--no-deps", "--wheel-dir", folder], {})).stderr,
      ).not.toMatch(/^ERROR/m);
      const [wheel = ""] = readdirSync(folder);
      expect(wheel).toMatch(/^heliostat_client-.*-py3-none-any\.whl$/);
      const target = join(folder, "installed");
      await run([...pip, "install", "--no-deps", "--target", target, join(folder, wheel)], {});
      const { stdout, stderr } = await run(["-c", SAME_FUNCTION], { PYTHONPATH: target });
      expect({ stdout, stderr }).toEqual({ stdout: "True ['requests>=2.25']\n", stderr: "" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const SAME_FUNCTION = `
from importlib.metadata import requires
from client.client.ddl_cluster_scaling_client import scale_cluster as one
import src.client.ddl_cluster_scaling_client as client
import ddl_cluster_scaling_client as plain
print(one is client.scale_cluster is plain.scale_cluster, requires("heliostat-client"))
`;
