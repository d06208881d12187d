import { describe, expect, it } from "vitest";
import { aContainer, aPod } from "../testing/fixtures.ts";
import {
  type ContainerRecord,
  endedRecord,
  initialRecords,
  restartCount,
  runningRecord,
  startingRecord,
} from "./container-record.ts";

function run(record: ContainerRecord, startedAtMs: number): ContainerRecord {
  const started = { containerId: `id-${startedAtMs}`, imageId: "image", startedAtMs };
  return runningRecord(startingRecord(record, startedAtMs), started);
}

function first(pod = aPod()): ContainerRecord {
  const [record] = initialRecords(pod);
  if (!record) throw new Error("The pod has no container");
  return record;
}

describe("initialRecords()", () => {
  it("tells roles and restart policies apart", () => {
    const pod = aPod({
      spec: {
        restartPolicy: "Never",
        initContainers: [aContainer({ name: "i" }), aContainer({ name: "s", restartPolicy: "Always" })],
      },
    });
    expect(initialRecords(pod).map(({ name, role, restartPolicy }) => [name, role, restartPolicy])).toEqual([
      ["i", "init", "Never"],
      ["s", "sidecar", "Always"],
      ["main", "app", "Never"],
    ]);
  });

  it("counts the runs of an earlier kubelet: the next one is a restart", () => {
    const status = { name: "main", image: "", imageID: "", ready: true, restartCount: 2, containerID: "x" };
    const record = first(aPod({ status: { containerStatuses: [status] } }));
    expect(restartCount(run(record, 0))).toBe(3);
  });
});

describe("transitions", () => {
  it("counts a restart when the next run begins, and keeps the end before it", () => {
    const crashed = endedRecord(run(first(), 1000), { exitCode: 1, reason: "Error", atMs: 2000 });
    expect(crashed.state).toMatchObject({
      is: "ended",
      startedAtMs: 1000,
      endedAtMs: 2000,
      restartAtMs: 2000,
    });
    expect(restartCount(crashed)).toBe(0);
    const again = run(crashed, 2000);
    expect(restartCount(again)).toBe(1);
    expect(again.lastEnd).toMatchObject({ exitCode: 1, containerId: "id-1000" });
  });

  it("holds the second restart back for ten seconds", () => {
    const crashed = endedRecord(run(first(), 0), { exitCode: 1, reason: "Error", atMs: 1000 });
    const again = endedRecord(run(crashed, 1000), { exitCode: 1, reason: "Error", atMs: 2000 });
    expect(again.state).toMatchObject({ restartAtMs: 12_000 });
  });

  it("does not restart an init container that has succeeded", () => {
    const pod = aPod({ spec: { initContainers: [aContainer({ name: "i" })] } });
    const done = endedRecord(run(first(pod), 0), { exitCode: 0, reason: "Completed", atMs: 1 });
    expect(done.state).not.toHaveProperty("restartAtMs");
  });

  it("counts a run that could not begin", () => {
    const failed = endedRecord(startingRecord(first(), 5), { exitCode: 128, reason: "StartError", atMs: 6 });
    expect(failed.state).toMatchObject({ is: "ended", startedAtMs: 6, endedAtMs: 6 });
    expect(restartCount(run(failed, 7))).toBe(1);
  });
});
