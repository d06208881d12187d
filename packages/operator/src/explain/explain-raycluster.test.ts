import type { Event, Pod } from "@heliostat/kube";
import type { RayCluster } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import type { RayClusterView } from "../raycluster/view.ts";
import { explainRayCluster } from "./explain-raycluster.ts";

describe("explainRayCluster()", () => {
  it("goes from the group over the pod to the scheduler's words", () => {
    const { sentence } = explainRayCluster(view([head("True"), unschedulable]), []);
    expect(sentence).toBe(
      "waits: group small 1 of 2 ready; Pod default/w-2 is Pending since T1; " +
        "condition PodScheduled Unschedulable: 0/1 nodes are available: 1 Insufficient cpu",
    );
  });

  it("prefers the head: nothing works without it", () => {
    const { sentence } = explainRayCluster(view([head("False"), unschedulable]), []);
    expect(sentence).toMatch(/^waits: head 0 of 1 ready; Pod default\/h runs but is not ready/);
    expect(sentence).toMatch(/container ray-head runs, but its readiness probe fails since T2$/);
  });

  it("tells the newest warning of each reason, with how often it was seen", () => {
    const events = [
      event({ note: "old", deprecatedLastTimestamp: "T3" }),
      event({ note: "new", series: { count: 7, lastObservedTime: "T4" } }),
    ];
    const { evidence } = explainRayCluster(view([head("False")]), events);
    const pod = evidence.find(({ about }) => about === "head")?.because[0];
    expect(pod?.because.filter(({ about }) => about === "event Unhealthy")).toEqual([
      expect.objectContaining({ says: "new (7 times, last at T4)" }),
    ]);
  });

  it("names the field of a spec that is not valid before anything else", () => {
    const wrong = view([], { minReplicas: 9 });
    expect(explainRayCluster(wrong, []).sentence).toContain("spec.workerGroupSpecs[0].minReplicas must not");
  });

  it("has no complaint about a cluster that is as it should be", () => {
    const ready = view([head("True"), worker("w-1"), worker("w-2")]);
    expect(explainRayCluster(ready, []).sentence).toBe("is ready");
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
  const all = pods.some(({ metadata }) => metadata.name === "w-2") ? [...pods, worker("w-1")] : pods;
  const unique = [...new Map(all.map((pod) => [pod.metadata.name, pod])).values()];
  return {
    cluster: cluster as unknown as RayCluster,
    pods: unique,
    services: [],
    nowMs: 0,
  } as RayClusterView;
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
