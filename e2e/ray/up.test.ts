import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Heliostat, machineTraces } from "./heliostat.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const started: Heliostat[] = [];

afterEach(async () => {
  for (const each of started.splice(0)) await each.cleanUp();
});

describe("heliostat up on real Ray", () => {
  it("goes from nothing to a job's result and leaves nothing behind", async () => {
    const before = machineTraces();
    const up = start("--exit");
    const job = await up.until(
      ({ event, status }) => event === "job" && status !== "RUNNING" && status !== "PENDING",
    );
    expect(job).toMatchObject({
      status: "SUCCEEDED",
      result: expect.stringMatching(/^pi is about 3\.1\d+, by 2 nodes: demo-/),
    });
    expect(await up.exit).toBe(0);
    expect(up.events.find(({ event }) => event === "pods")).toMatchObject({ runtime: "sandbox" });
    expect(machineTraces()).toEqual(before);
  });

  it.runIf(isFull)("leaves nothing behind when it is killed with no chance to tidy up", async () => {
    const before = machineTraces();
    const up = start();
    await up.until(({ event, status }) => event === "job" && status === "SUCCEEDED");
    expect(await up.stop("SIGKILL")).toBe(137);
    await expect.poll(machineTraces, { timeout: 10_000, interval: 100 }).toEqual(before);
  });

  it.runIf(isFull)("runs a manifest of the user's that leaves nearly everything to defaults", async () => {
    const file = join("/tmp", `heliostat-no-image-${process.pid}.yaml`);
    writeFileSync(file, RAYCLUSTER_AS_JSON);
    const up = start("--exit", "-f", file);
    const job = await up.until(({ event, status }) => event === "job" && status === "SUCCEEDED");
    expect(job["result"]).toMatch(/^pi is about 3\.1/);
    expect(await up.exit).toBe(0);
  });
});

/** No resources, no ports, no minimum: Ray and the defaults have to fill in everything. */
const RAYCLUSTER_AS_JSON = JSON.stringify({
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  metadata: { name: "example-ray", namespace: "default" },
  spec: {
    headGroupSpec: {
      rayStartParams: { "dashboard-host": "0.0.0.0" },
      template: { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:latest" }] } },
    },
    workerGroupSpecs: [
      {
        groupName: "workers",
        replicas: 2,
        rayStartParams: {},
        template: { spec: { containers: [{ name: "ray-worker", image: "rayproject/ray:latest" }] } },
      },
    ],
  },
});

function start(...args: string[]): Heliostat {
  const up = new Heliostat(args);
  started.push(up);
  return up;
}
