import { HandClock } from "@heliostat/kube/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { ContainerUsage } from "../runtime/container-runtime.ts";
import { aPod } from "../testing/fixtures.ts";
import { UsageMeter } from "./usage-meter.ts";

const POD = aPod();

describe("UsageMeter", () => {
  let clock: HandClock;
  let meter: UsageMeter;
  /** What the runtime has counted for the one container. */
  let counted: Partial<ContainerUsage> | undefined;

  beforeEach(() => {
    clock = new HandClock();
    counted = undefined;
    meter = new UsageMeter({
      clock,
      nodeName: "laptop",
      pods: () => [POD],
      runtime: {
        measure: async () => (counted ? [{ ...ZERO, ...counted }] : []),
      },
    });
  });

  it("says nothing of pods in which nothing runs", async () => {
    expect(await meter.pods()).toEqual([]);
    expect(await meter.nodes()).toMatchObject([{ name: "laptop", cpuMillis: 0, memoryBytes: 0 }]);
  });

  it("begins with the mean since the container has started", async () => {
    counted = { runningMs: 10_000, cpuMs: 2500, memoryBytes: 64 };
    expect(await meter.pods()).toMatchObject([
      { name: "demo", windowMs: 10_000, containers: [{ name: "main", cpuMillis: 250, memoryBytes: 64 }] },
    ]);
  });

  it("goes on with the mean since it was asked last, not shorter than 15 s", async () => {
    counted = { runningMs: 60_000, cpuMs: 0 };
    await meter.pods();
    await clock.turn(10_000);
    counted = { runningMs: 70_000, cpuMs: 10_000 };
    expect(await cpuMillis()).toBe(1000);
    await clock.turn(10_000);
    counted = { runningMs: 80_000, cpuMs: 10_000 };
    expect(await cpuMillis()).toBe(500);
    await clock.turn(20_000);
    counted = { runningMs: 100_000, cpuMs: 10_000 };
    expect(await cpuMillis()).toBe(0);
  });

  it("begins anew with a container that has been started again", async () => {
    counted = { runningMs: 60_000, cpuMs: 60_000 };
    await meter.pods();
    await clock.turn(30_000);
    counted = { runningMs: 1000, cpuMs: 100 };
    expect(await cpuMillis()).toBe(100);
  });

  async function cpuMillis(): Promise<number | undefined> {
    const [pod] = await meter.pods();
    return pod?.containers[0]?.cpuMillis;
  }
});

const ZERO: ContainerUsage = {
  podUid: POD.metadata.uid ?? "",
  container: "main",
  runningMs: 0,
  cpuMs: 0,
  memoryBytes: 0,
};
