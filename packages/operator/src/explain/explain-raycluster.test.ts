import type { Event, Pod } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import type { RayCluster } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { newRayClusterView, type RayClusterView } from "../raycluster/view.ts";
import { explainRayCluster } from "./explain-raycluster.ts";
import { endedContainers } from "./last-words.ts";

describe("explainRayCluster()", () => {
  it("goes from the group over the pod to the scheduler's words", () => {
    const { sentence, findings } = explainRayCluster(view([head("True"), worker("w-1"), unschedulable]), {
      events: [],
    });
    expect(sentence).toContain("0/1 nodes are available: 1 Insufficient cpu");
    const group = findings.find(({ about }) => about === "group small");
    expect(group).toMatchObject({ says: "1 of 2 ready", isTrouble: true });
    expect(group?.because).toEqual([
      expect.objectContaining({
        about: "Pod default/w-2",
        says: "cannot be scheduled: 0/1 nodes are available: 1 Insufficient cpu",
        because: [expect.objectContaining({ about: "condition PodScheduled" })],
      }),
    ]);
  });

  it("tells which container of a head that runs is not ready", () => {
    const { findings } = explainRayCluster(view([head("False")]), { events: [] });
    const pod = findings.find(({ about }) => about === "head")?.because[0];
    expect(pod?.because).toEqual([
      expect.objectContaining({
        about: "container ray-head",
        says: "runs, but its readiness probe fails since T2",
      }),
    ]);
  });

  it("tells the newest warning of each reason, with how often it was seen", () => {
    const events = [
      event({ note: "old", deprecatedLastTimestamp: "T3" }),
      event({ note: "new", series: { count: 7, lastObservedTime: "T4" } }),
    ];
    const { findings } = explainRayCluster(view([head("False")]), { events });
    const pod = findings.find(({ about }) => about === "head")?.because[0];
    expect(pod?.because.filter(({ about }) => about === "event Unhealthy")).toEqual([
      expect.objectContaining({ says: "new (7 times, last at T4)" }),
    ]);
  });

  it("names the field of a spec that is not valid before anything else", () => {
    const { sentence, findings } = explainRayCluster(view([], { minReplicas: 9 }), { events: [] });
    expect(sentence).toContain("spec.workerGroupSpecs[0].minReplicas must not");
    expect(findings[0]).toMatchObject({ about: "spec", isTrouble: true });
  });

  it("says what keeps a pod from its containers, which only events tell", () => {
    const pending = pod("w-1", "worker", { phase: "Pending", conditions: [] });
    const note = 'MountVolume.SetUp failed for volume "d" : configmap "no-cm" not found\n';
    const regarding = { kind: "Pod", name: "w-1", uid: "uid-w-1" };
    const events = [event({ reason: "FailedMount", note, regarding, eventTime: "T5" })];
    const { sentence } = explainRayCluster(view([head("True"), pending]), { events });
    expect(sentence).toBe(
      `Worker w-1 of group small cannot start its containers: ${note.trim()} (last at T5)`,
    );
  });

  it("lets a container that has ended have the last word", () => {
    const ended = pod("w-1", "worker", {
      phase: "Running",
      containerStatuses: [
        {
          name: "ray-worker",
          ready: false,
          restartCount: 3,
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { exitCode: 7 } },
        },
      ],
    });
    const seen = view([head("True"), ended]);
    expect(endedContainers(seen)).toEqual([{ namespace: "default", name: "w-1", container: "ray-worker" }]);
    const lastWords = new Map([["default/w-1/ray-worker", ["No module named torch"]]]);
    const { findings } = explainRayCluster(seen, { events: [], lastWords });
    const group = findings.find(({ about }) => about === "group small");
    expect(group?.because[0]?.because[0]?.because).toEqual([
      expect.objectContaining({ about: "log", says: "No module named torch" }),
    ]);
  });

  it("has no complaint about a cluster that is as it should be", () => {
    const { sentence, findings } = explainRayCluster(view([head("True"), worker("w-1"), worker("w-2")]), {
      events: [],
    });
    expect(sentence).toBe("The cluster is as its spec asks");
    expect(findings.filter(({ isTrouble }) => isTrouble)).toEqual([]);
  });
});

function view(pods: readonly Pod[], limits: object = {}): RayClusterView {
  const group = { groupName: "small", replicas: 2, minReplicas: 0, maxReplicas: 4, ...limits };
  const template = { spec: { containers: [{ name: "ray" }] } };
  const cluster = {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "demo", namespace: "default", uid: "u" },
    spec: {
      headGroupSpec: { rayStartParams: {}, template },
      workerGroupSpecs: [{ ...group, rayStartParams: {}, template }],
    },
    status: { conditions: [{ type: "HeadPodReady", status: "True", reason: "R", lastTransitionTime: "T0" }] },
  };
  const random = new SeededRandom(1);
  const view = newRayClusterView(cluster as unknown as RayCluster, { nowMs: 0, random });
  return { ...view, pods };
}

function head(ready: "True" | "False"): Pod {
  return pod("h", "head", {
    phase: "Running",
    conditions: [{ type: "Ready", status: ready }],
    containerStatuses: [
      { name: "ray-head", ready: ready === "True", restartCount: 0, state: { running: { startedAt: "T2" } } },
    ],
  });
}

function worker(name: string): Pod {
  return pod(name, "worker", { phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
}

function pod(name: string, type: string, status: object): Pod {
  const labels = { "ray.io/node-type": type, "ray.io/group": type === "head" ? "headgroup" : "small" };
  const metadata = { name, namespace: "default", uid: `uid-${name}`, creationTimestamp: "T1", labels };
  return { apiVersion: "v1", kind: "Pod", metadata, status } as unknown as Pod;
}

const unschedulable = pod("w-2", "worker", {
  phase: "Pending",
  conditions: [
    {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: "0/1 nodes are available: 1 Insufficient cpu",
    },
  ],
});

function event(fields: object): Event {
  const regarding = { kind: "Pod", name: "h", uid: "uid-h" };
  return {
    type: "Warning",
    reason: "Unhealthy",
    regarding,
    metadata: { name: "e" },
    ...fields,
  } as unknown as Event;
}
