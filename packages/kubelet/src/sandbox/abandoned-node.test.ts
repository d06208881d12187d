import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canSandbox } from "./can-sandbox.ts";

const probe = await canSandbox();
const program = fileURLToPath(import.meta.resolve("./testing/abandoned-node.ts"));
const node = [process.execPath, "--conditions=@heliostat/source", program];
const asNobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];

describe.skipIf(!probe.isPossible)(`a node ${probe.isPossible ? "" : probe.reason}`, () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hs-"));
    chmodSync(folder, 0o777);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("leaves nothing behind when heliostat is killed without warning", async () => {
    const before = traces();
    const { child, said } = await started(node, folder);
    expect(said).toBe("0 pod-a writes\n");
    expect(traces()).not.toEqual(before);
    child.kill("SIGKILL");
    await expect.poll(traces, { timeout: 5000, interval: 50 }).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)("needs no privileges", async () => {
    const before = traces();
    const { child, said } = await started([...asNobody, ...node], folder);
    expect(said).toBe("0 pod-a writes\n");
    child.kill("SIGTERM");
    await expect.poll(traces, { timeout: 5000, interval: 50 }).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });
});

async function started(
  command: readonly string[],
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const [program = "", ...args] = command;
  const child = spawn(program, [...args, folder], { stdio: ["ignore", "pipe", "inherit"], cwd: "/" });
  const said = await new Promise<string>((resolve) => {
    child.stdout.once("data", (chunk) => resolve(String(chunk)));
    child.on("exit", () => resolve("it ended"));
  });
  return { child, said };
}

/** What a run could leave on the machine: its processes, mounts and listeners. */
function traces(): unknown {
  const processes = execFileSync("ps", ["-eo", "args="], { encoding: "utf8" }).split("\n");
  return {
    processes: processes.filter((line) => /abandoned-node|run-supervisor|sleep 7654/.test(line)),
    mounts: readFileSync("/proc/mounts", "utf8"),
    sockets: readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .filter((line) => line.includes("/hs-")),
  };
}
