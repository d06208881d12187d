import { create, type Outcome, remove } from "@heliostat/controller";
import { KubeError, PODS, type Pod } from "@heliostat/kube";
import {
  EVENT_REASON,
  HEAD_GROUP,
  headService,
  type RayCluster,
  type RayClusterStatus,
} from "@heliostat/ray";
import { aRayCluster, aRayPod } from "@heliostat/ray/testing";
import { describe, expect, it } from "vitest";
import { aView } from "../testing/views.ts";
import { statusOf } from "./status.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const DONE: Outcome = { done: [] };

describe("statusOf()", () => {
  it("counts wanted, running and ready workers, and says what a new cluster waits for", () => {
    const status = statusAt(aRayCluster(), { pods: [] });
    expect(status).toMatchObject({
      desiredWorkerReplicas: 2,
      availableWorkerReplicas: 0,
      readyWorkerReplicas: 0,
      minWorkerReplicas: 0,
      maxWorkerReplicas: 10,
    });
    expect(conditionsOf(status)).toEqual({
      Degraded: "False AsWanted",
      HeadPodReady: "False HeadPodNotFound",
      Progressing: "True HeadPodNotFound",
      WorkersReady: "False WorkersNotReady",
      RayClusterProvisioned: "False RayClusterPodsProvisioning",
      RayClusterSuspended: "False RayClusterSuspended",
      RayClusterSuspending: "False RayClusterSuspending",
    });
    expect(status.state).toBeUndefined();
  });

  it("is ready once head and all wanted workers are ready together, and not before", () => {
    const cluster = aRayCluster();
    expect(statusAt(cluster, { pods: [aHead(cluster), aWorker(cluster, "w1")] }).state).toBeUndefined();
    const status = statusAt(cluster, { pods: wholeCluster(cluster) });
    expect(status.state).toBe("ready");
    expect(status.stateTransitionTimes).toEqual({ ready: "2026-01-01T00:00:00Z" });
    expect(conditionsOf(status)).toMatchObject({
      HeadPodReady: "True HeadPodRunningAndReady",
      RayClusterProvisioned: "True AllPodRunningAndReadyFirstTime",
    });
  });

  it("stays ready and provisioned while a worker is replaced, but counts truthfully", () => {
    const cluster = aRayCluster();
    const ready = { ...cluster, status: statusAt(cluster, { pods: wholeCluster(cluster) }) };
    const status = statusAt(ready, { pods: [aHead(cluster), aWorker(cluster, "w1")] });
    expect(status).toMatchObject({ state: "ready", readyWorkerReplicas: 1 });
    expect(conditionsOf(status)["RayClusterProvisioned"]).toBe("True AllPodRunningAndReadyFirstTime");
  });

  it("changes nothing the second time", () => {
    const cluster = aRayCluster();
    const pods = wholeCluster(cluster);
    const first = statusAt(cluster, { pods });
    expect(statusAt({ ...cluster, status: first }, { pods, nowMs: NOW_MS + 3_600_000 })).toEqual(first);
  });

  it("says why the head is not ready in the words of its container", () => {
    const cluster = aRayCluster();
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const head = {
      ...aHead(cluster),
      status: { phase: "Pending", containerStatuses: [{ state: { waiting } }] },
    } as unknown as Pod;
    const { conditions = [] } = statusAt(cluster, { pods: [head] });
    expect(conditions.find(({ type }) => type === "HeadPodReady")).toMatchObject({
      status: "False",
      ...waiting,
    });
  });

  it("says what kept it from making a pod, until nothing does", () => {
    const cluster = aRayCluster();
    const event = { onFailure: EVENT_REASON.failedToCreateWorkerPod, action: "Create" };
    const action = create(PODS, aWorker(cluster, "w1"), { why: "", event });
    const error = new KubeError("Forbidden", "exceeded quota");
    const failed = statusAt(cluster, { pods: [], outcome: { done: [], failed: { action, error } } });
    const replicaFailure = failed.conditions?.find(({ type }) => type === "ReplicaFailure");
    expect(replicaFailure).toMatchObject({
      status: "True",
      reason: "FailedCreateWorkerPod",
      message: "exceeded quota",
    });
    const mended = statusAt({ ...cluster, status: failed }, { pods: [] });
    expect(conditionsOf(mended)["ReplicaFailure"]).toBeUndefined();
  });

  it("tells where the head is, with the pod's address for a headless service", () => {
    const cluster = aRayCluster();
    const { head, endpoints } = statusAt(cluster, { pods: wholeCluster(cluster) });
    expect(head).toEqual({
      podIP: "10.244.0.2",
      podName: "head",
      serviceIP: "10.244.0.2",
      serviceName: "c-head-svc",
    });
    expect(endpoints).toMatchObject({ dashboard: "8265", client: "10001" });
  });

  it("suspends in two steps: under way while pods are there, done when they are gone", () => {
    const cluster = aRayCluster({ suspend: true });
    const underWay = statusAt(cluster, { pods: [aHead(cluster)] });
    expect(conditionsOf(underWay)).toMatchObject({
      RayClusterSuspending: "True RayClusterSuspending",
      RayClusterSuspended: "False RayClusterSuspended",
    });
    const done = statusAt({ ...cluster, status: underWay }, { pods: [] });
    expect(done.state).toBe("suspended");
    expect(conditionsOf(done)).toMatchObject({
      RayClusterSuspending: "False RayClusterSuspending",
      RayClusterSuspended: "True RayClusterSuspended",
      RayClusterProvisioned: "False RayClusterPodsProvisioning",
    });
  });

  it("remembers the names of pods that it has removed", () => {
    const cluster = aRayCluster();
    const head = aHead(cluster);
    const outcome: Outcome = { done: [remove(PODS, head, { why: "" })] };
    expect(statusAt(cluster, { pods: [head], outcome }).podNameFloors ?? {}).not.toHaveProperty(
      HEAD_GROUP,
      0,
    );
  });
});

function statusAt(
  cluster: RayCluster,
  { pods, outcome = DONE, nowMs = NOW_MS }: { pods: readonly Pod[]; outcome?: Outcome; nowMs?: number },
): RayClusterStatus {
  return statusOf(aView(cluster, { pods, services: [headService(cluster)], nowMs }), outcome);
}

function wholeCluster(cluster: RayCluster): Pod[] {
  return [aHead(cluster), aWorker(cluster, "w1"), aWorker(cluster, "w2")];
}

function aHead(cluster: RayCluster): Pod {
  return ready(aRayPod(cluster, "head"));
}

function aWorker(cluster: RayCluster, name: string): Pod {
  return ready(aRayPod(cluster, name, { group: "workers" }));
}

function ready(pod: Pod): Pod {
  const status = { phase: "Running", podIP: "10.244.0.2", conditions: [{ type: "Ready", status: "True" }] };
  return { ...pod, status };
}

function conditionsOf({ conditions = [] }: RayClusterStatus): Record<string, string> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}
