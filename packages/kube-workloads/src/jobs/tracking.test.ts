import type { Job, JobSpec, JobStatus, Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { countedEnds } from "./counted.ts";
import { planTracking, TRACKING_FINALIZER, uidOf, uncountedPods } from "./tracking.ts";

describe("uncountedPods()", () => {
  it("are those that have ended and that the status does not know", () => {
    const pods = [pod("a", "Succeeded"), pod("b", "Failed"), pod("c", "Running"), pod("d", "Succeeded")];
    expect(found(job({}, { uncountedTerminatedPods: { succeeded: ["d"] } }), pods)).toEqual({
      succeeded: ["a"],
      failed: ["b"],
    });
  });

  it("include who is asked to go, unless replacements wait for the end", () => {
    const leaving = pod("a", "Running", { isLeaving: true });
    expect(found(job({}), [leaving]).failed).toEqual(["a"]);
    expect(found(job({ podReplacementPolicy: "Failed" }), [leaving]).failed).toEqual([]);
  });

  it("include who still runs when the job has failed", () => {
    expect(uncountedPods(job({}), [pod("a", "Running")], true).failed.map(uidOf)).toEqual(["a"]);
  });

  it("leave out what the failure policy ignores, and indexes that are done", () => {
    const podFailurePolicy = {
      rules: [{ action: "Ignore", onExitCodes: { operator: "In", values: [3] } }],
    };
    expect(found(job({ podFailurePolicy }), [pod("a", "Failed", { exitCode: 3 })]).failed).toEqual([]);
    const indexed = job({ completionMode: "Indexed", completions: 3 }, { completedIndexes: "0" });
    const pods = [pod("a", "Succeeded", { index: 0 }), pod("b", "Succeeded", { index: 1 })];
    expect(found(indexed, pods).succeeded).toEqual(["b"]);
  });
});

describe("countedEnds()", () => {
  it("notes an end first and makes a number of it when the pod has been let go", () => {
    const ended = pod("a", "Succeeded");
    const first = counted(job({}), [ended]);
    expect(first).toEqual({ uncountedTerminatedPods: { succeeded: ["a"] } });
    const second = counted(job({}, first), [ended]);
    expect(second).toEqual(first);
    const third = counted(job({}, second), [{ ...ended, metadata: { ...ended.metadata, finalizers: [] } }]);
    expect(third).toEqual({ succeeded: 1, uncountedTerminatedPods: {} });
    expect(counted(job({}, third), [])).toEqual(third);
  });

  it("needs no notes for indexes", () => {
    const indexed = job({ completionMode: "Indexed", completions: 4 }, { completedIndexes: "0,1" });
    expect(counted(indexed, [pod("a", "Succeeded", { index: 2 })])).toEqual({
      succeeded: 3,
      completedIndexes: "0-2",
      uncountedTerminatedPods: {},
    });
  });
});

describe("planTracking()", () => {
  it("lets go what is noted, and holds what runs, also what it did not make", () => {
    const stranger = {
      ...pod("c", "Running"),
      metadata: { ...pod("c", "Running").metadata, finalizers: [] },
    };
    const noted = job({}, { uncountedTerminatedPods: { succeeded: ["a"] } });
    const actions = planTracking(noted, [pod("a", "Succeeded"), pod("b", "Running"), stranger], []);
    expect(actions.map((action) => ("target" in action ? action.target.name : ""))).toEqual(["a", "c"]);
  });
});

function found(of: Job, pods: readonly Pod[]): Record<"succeeded" | "failed", readonly string[]> {
  const { succeeded, failed } = uncountedPods(of, pods);
  return { succeeded: succeeded.map(uidOf), failed: failed.map(uidOf) };
}

function counted(of: Job, pods: readonly Pod[]): JobStatus {
  return countedEnds(of, pods, uncountedPods(of, pods));
}

function job(spec: Partial<JobSpec>, status: JobStatus = {}): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "work", namespace: "default" },
    spec: { template: {}, ...spec },
    status,
  };
}

interface Fate {
  readonly isLeaving?: boolean;
  readonly exitCode?: number;
  readonly index?: number;
}

function pod(uid: string, phase: string, { isLeaving = false, exitCode = 1, index }: Fate = {}): Pod {
  const terminated = { exitCode, finishedAt: "2026-01-01T00:00:00Z" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: uid,
      uid,
      namespace: "default",
      finalizers: [TRACKING_FINALIZER],
      ...(isLeaving && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      ...(index !== undefined && {
        annotations: { "batch.kubernetes.io/job-completion-index": String(index) },
      }),
    },
    spec: { containers: [] },
    status: {
      phase,
      ...(phase === "Failed" && {
        containerStatuses: [
          { name: "main", image: "", imageID: "", ready: false, restartCount: 0, state: { terminated } },
        ],
      }),
    },
  };
}
