import { describe, expect, it } from "vitest";
import { membersOf, processTable } from "./process-table.ts";

describe("membersOf()", () => {
  const table = [
    { pid: 1, session: 1, text: "" },
    { pid: 10, session: 10, text: "HELIOSTAT_TAG=run/pod-1/c/0/\0" },
    { pid: 11, session: 10, text: "ray::IDLE" },
    { pid: 12, session: 12, text: "HOME=/\0HELIOSTAT_TAG=run/pod-1/c/0/\0" },
    { pid: 20, session: 20, text: "HELIOSTAT_TAG=run/pod-11/c/0/\0" },
  ];

  it("knows a process by its session or by its tag", () => {
    expect(membersOf({ tag: "run/pod-1/", sessions: [10] }, table)).toEqual([10, 11, 12]);
    expect(membersOf({ tag: "run/pod-1/", sessions: [] }, table)).toEqual([10, 12]);
  });

  it("takes a shorter tag for all that begin with it", () => {
    expect(membersOf({ tag: "run/", sessions: [] }, table)).toEqual([10, 12, 20]);
  });
});

describe("processTable()", () => {
  it("shows others, not the one that asks", () => {
    const pids = processTable().map(({ pid }) => pid);
    expect(pids).toContain(process.ppid);
    expect(pids).not.toContain(process.pid);
  });
});
