import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { Heliostat, machineTraces } from "./heliostat.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const started: Heliostat[] = [];

afterEach(async () => {
  for (const each of started.splice(0)) await each.cleanUp();
});

describe.runIf(isFull)("heliostat up --pods process", () => {
  it("goes from nothing to a job's result, listens on the loopback alone and leaves nothing behind", async () => {
    const before = traces();
    const up = start("--exit");
    await up.until(({ event, status }) => event === "job" && status === "RUNNING");
    expect(beyondLoopback()).toEqual(before.beyondLoopback);
    const job = await up.until(({ event, status }) => event === "job" && status !== "RUNNING");
    expect(job).toMatchObject({ status: "SUCCEEDED", result: expect.stringMatching(/^pi is about 3\.1\d+/) });
    expect(await up.exit).toBe(0);
    expect(up.events.find(({ event }) => event === "pods")).toMatchObject({ runtime: "process" });
    expect(traces()).toEqual(before);
  });

  it("leaves nothing behind when it is interrupted while the job runs", async () => {
    const before = traces();
    const up = start();
    await up.until(({ event }) => event === "log");
    expect(await up.stop("SIGINT")).toBe(0);
    expect(traces()).toEqual(before);
  });

  it("leaves nothing behind when it is killed with no chance to tidy up", async () => {
    const before = traces();
    const up = start();
    await up.until(({ event }) => event === "log");
    expect(await up.stop("SIGKILL")).toBe(137);
    await expect.poll(traces, { timeout: 10_000, interval: 100 }).toEqual(before);
  });
});

/** What it could leave behind, and nothing of other runs on this machine: no listener below the kernel's own range. */
function traces() {
  const folders = readdirSync("/tmp").filter((name) => name.startsWith("hsp-"));
  const podPorts = listeners().filter((address) => isPodPort(Number(address.split(":").at(-1))));
  return { processes: machineTraces()["processes"], folders, podPorts, beyondLoopback: beyondLoopback() };
}

function isPodPort(port: number): boolean {
  return port >= 20_000 && port < 32_768;
}

/** Where programs of this machine can be reached from others. */
function beyondLoopback(): readonly string[] {
  return listeners().filter((address) => !/^(127\.|\[::1\]|\[::ffff:127\.)/.test(address));
}

function listeners(): readonly string[] {
  const lines = execFileSync("ss", ["-lntH"], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => line.split(/\s+/)[3] ?? "").sort();
}

function start(...args: string[]): Heliostat {
  const up = new Heliostat(["--pods", "process", ...args]);
  started.push(up);
  return up;
}
