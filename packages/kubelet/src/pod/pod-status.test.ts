import { isConditionTrue, type Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { aContainer, aPod, ended, recordsOf, running } from "../testing/fixtures.ts";
import type { ContainerState } from "./container-record.ts";
import { type PodView, podStatus } from "./pod-status.ts";

const NOW_MS = Date.parse("2026-01-01T00:01:00Z");

function status(
  states: Readonly<Record<string, ContainerState>>,
  wishes: Partial<PodView> & { pod?: Pod } = {},
) {
  const pod = wishes.pod ?? aPod();
  return podStatus({
    pod,
    records: recordsOf(pod, states),
    hostIp: "10.244.0.1",
    acceptedAtMs: NOW_MS,
    isStopping: false,
    hasStopped: false,
    nowMs: NOW_MS,
    conditionsBefore: [],
    ...wishes,
  });
}

const WITH_INIT = aPod({ spec: { initContainers: [aContainer({ name: "wait" })] } });

describe("podStatus()", () => {
  it("reports a pod that is being made", () => {
    expect(status({})).toMatchObject({
      phase: "Pending",
      hostIP: "10.244.0.1",
      startTime: "2026-01-01T00:01:00Z",
      qosClass: "BestEffort",
      containerStatuses: [
        {
          ready: false,
          started: false,
          restartCount: 0,
          imageID: "",
          lastState: {},
          state: { waiting: { reason: "ContainerCreating" } },
        },
      ],
    });
    expect(status({})).not.toHaveProperty("podIP");
    expect(status({})).not.toHaveProperty("initContainerStatuses");
  });

  it("says PodInitializing while init containers work, and names them", () => {
    const reported = status({ wait: running() }, { pod: WITH_INIT, podIp: "10.244.0.7" });
    expect(reported).toMatchObject({
      phase: "Pending",
      podIP: "10.244.0.7",
      podIPs: [{ ip: "10.244.0.7" }],
      containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
      initContainerStatuses: [{ name: "wait", ready: false, state: { running: {} } }],
    });
    expect(reported.conditions).toContainEqual({
      type: "Initialized",
      status: "False",
      reason: "ContainersNotInitialized",
      message: "containers with incomplete status: [wait]",
      lastTransitionTime: "2026-01-01T00:01:00Z",
    });
  });

  it("is Running but not Ready until every container is ready", () => {
    const reported = status({ main: running({ isReady: false }) });
    expect(reported.phase).toBe("Running");
    for (const type of ["Ready", "ContainersReady"])
      expect(reported.conditions).toContainEqual(
        expect.objectContaining({
          type,
          status: "False",
          reason: "ContainersNotReady",
          message: "containers with unready status: [main]",
        }),
      );
    expect(isConditionTrue(status({ main: running() }).conditions, "Ready")).toBe(true);
  });

  it("shows the end of the latest run behind a crash loop", () => {
    const state = ended(1, 11_000);
    expect(status({ main: state }).containerStatuses?.[0]).toMatchObject({
      state: {
        waiting: {
          reason: "CrashLoopBackOff",
          message: "back-off 10s restarting failed container=main pod=demo_default(uid-1)",
        },
      },
      lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: "1970-01-01T00:00:01Z" } },
    });
    expect(status({ main: state }).phase).toBe("Running");
    expect(status({ main: state }, { isStopping: true }).containerStatuses?.[0]?.state).toHaveProperty(
      "terminated",
    );
  });

  it("ends as Succeeded only when every container ended well", () => {
    const pod = aPod({ spec: { containers: [aContainer({ name: "a" }), aContainer({ name: "b" })] } });
    const over = { pod, isStopping: true, hasStopped: true };
    expect(status({ a: ended(0), b: ended(0) }, over)).toMatchObject({ phase: "Succeeded" });
    expect(status({ a: ended(0), b: ended(1) }, over)).toMatchObject({ phase: "Failed" });
    expect(status({ a: ended(0), b: ended(0) }, over).conditions).toContainEqual(
      expect.objectContaining({ type: "Ready", status: "False", reason: "PodCompleted" }),
    );
  });

  it("says why the kubelet itself ended the pod", () => {
    const failure = { reason: "DeadlineExceeded", message: "too long" };
    const reported = status({ main: ended(0) }, { failure, isStopping: true, hasStopped: true });
    expect(reported).toMatchObject({ phase: "Failed", ...failure });
  });

  it("does not call a pod ready whose readiness gate is shut", () => {
    const pod = aPod({ spec: { readinessGates: [{ conditionType: "example.com/gate" }] } });
    expect(status({ main: running() }, { pod }).conditions).toContainEqual(
      expect.objectContaining({
        type: "Ready",
        reason: "ReadinessGatesNotReady",
        message: 'corresponding condition of pod readiness gate "example.com/gate" does not exist.',
      }),
    );
  });

  it("leaves the conditions of others to others, and keeps the moment at which a condition last flipped", () => {
    const gate = { type: "example.com/gate", status: "True", lastTransitionTime: "2025-01-01T00:00:00Z" };
    const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: "2025-06-01T00:00:00Z" };
    const pod = aPod({ status: { conditions: [scheduled, gate], qosClass: "Guaranteed" } });
    const reported = status({ main: running() }, { pod, conditionsBefore: [scheduled] });
    expect(reported.conditions).not.toContainEqual(gate);
    expect(reported.conditions).toContainEqual(scheduled);
    expect(reported.qosClass).toBe("Guaranteed");
  });
});
