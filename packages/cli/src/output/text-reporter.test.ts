import { describe, expect, it } from "vitest";
import { textReporter } from "./text-reporter.ts";
import type { ClusterSnapshot } from "./up-event.ts";

describe("textReporter()", () => {
  it("draws a changed table over the old one in a terminal", () => {
    const { text, reporter } = aReporter({ isTerminal: true });
    reporter.tell({ event: "cluster", cluster: aCluster("") });
    reporter.tell({ event: "cluster", cluster: aCluster("ready") });
    expect(text()).toContain("\u001b[6A\u001b[J\nRayCluster default/demo: ready");
  });

  it("writes only what has changed where lines cannot be replaced", () => {
    const { text, reporter } = aReporter({ isTerminal: false });
    for (const state of ["", "ready"]) reporter.tell({ event: "cluster", cluster: aCluster(state) });
    expect(text().split("\n")).toEqual([
      "RayCluster default/demo: starting",
      "  pod  demo-head  1/1  Running  0  10.244.0.2",
      "  condition  HeadPodReady  True  HeadPodRunningAndReady",
      "RayCluster default/demo: ready",
      "",
    ]);
  });

  it("draws no more lines than it can draw over", () => {
    const { text, reporter } = aReporter({ isTerminal: true, rows: 10 });
    const [pod] = aCluster("").pods;
    const pods = Array.from({ length: 50 }, () => ({ ...pod, name: "p" }) as ClusterSnapshot["pods"][number]);
    reporter.tell({ event: "cluster", cluster: { ...aCluster(""), pods } });
    expect(text().trimEnd().split("\n")).toHaveLength(9);
    expect(text()).toContain("and 47 lines more");
  });

  it("never draws over what was said in between", () => {
    const { text, reporter } = aReporter({ isTerminal: true });
    reporter.tell({ event: "cluster", cluster: aCluster("") });
    reporter.tell({ event: "progress", text: "still here" });
    reporter.tell({ event: "cluster", cluster: aCluster("ready") });
    expect(text()).not.toContain("\u001b[");
  });

  it("prints a job's result", () => {
    const { text, reporter } = aReporter({ isTerminal: false });
    reporter.tell({ event: "job", status: "SUCCEEDED", submissionId: "x", result: "pi is 3.14" });
    expect(text()).toBe("Job succeeded: pi is 3.14\n");
  });
});

function aReporter({ isTerminal, rows = 40 }: { isTerminal: boolean; rows?: number }) {
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  return {
    text: () => written,
    reporter: textReporter({ write, isTerminal, isColourful: false, columns: 120, rows }),
  };
}

function aCluster(state: string): ClusterSnapshot {
  return {
    name: "default/demo",
    state,
    pods: [{ name: "demo-head", ready: "1/1", status: "Running", restarts: 0, ip: "10.244.0.2", why: "" }],
    conditions: [{ type: "HeadPodReady", status: "True", reason: "HeadPodRunningAndReady", message: "" }],
  };
}
