import { create, type FailedAction } from "@heliostat/controller";
import { KubeError, PODS, type Pod } from "@heliostat/kube";
import type { RayCluster } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { describe, expect, it } from "vitest";
import { aView, aWorker, settledPods, withMeta } from "../../testing/views.ts";
import { isHead } from "../pod-state.ts";
import type { RayClusterView } from "../view.ts";
import { refusalOf, whyGiven, whyNotReady } from "./why.ts";

const cluster = aRayCluster();
const [head] = settledPods(cluster).filter(isHead);
const workers = settledPods(cluster).filter((pod) => !isHead(pod));
const DELETED = { deletionTimestamp: "2026-01-01T00:00:00Z" };

/** What a view is like, by what it says of itself. `H` stands for the head's name, `W` for the first worker's. */
const CASES: readonly (readonly [string, RayClusterView, string | undefined])[] = [
  ["whole", aView(cluster, { pods: settledPods(cluster) }), undefined],
  ["empty", aView(cluster), "The cluster has no head yet"],
  [
    "with an ending head",
    seen([withMeta(headWith({}), DELETED)]),
    "The head, pod H, has yet to end before there is another",
  ],
  [
    "with a head that finds no node",
    seen([headWith({ phase: "Pending", conditions: [unscheduled("0/3 nodes are available")] })]),
    "The head, pod H, cannot be scheduled: 0/3 nodes are available",
  ],
  [
    "with a head whose image is not there",
    seen([headWith({ phase: "Pending", containerStatuses: [waiting("ImagePullBackOff", "not found")] })]),
    "The head, pod H, cannot pull the image of its container ray-head: ImagePullBackOff: not found",
  ],
  [
    "with a head whose secret is not there",
    seen([
      headWith({ phase: "Pending", containerStatuses: [waiting("CreateContainerConfigError", "no secret")] }),
    ]),
    "The head, pod H, cannot start its container ray-head: CreateContainerConfigError: no secret",
  ],
  [
    "with a head that crashes",
    seen([
      headWith({
        phase: "Running",
        containerStatuses: [
          {
            ...waiting("CrashLoopBackOff", ""),
            lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
          },
        ],
      }),
    ]),
    "The head, pod H, starts its container ray-head again and again; it ended with exit code 137 (OOMKilled)",
  ],
  [
    "with a head that is not healthy",
    seen([headWith({ phase: "Running", conditions: [notReady("2026-01-01T00:00:00Z")] }), ...workers]),
    "The head, pod H, runs and has not been ready since 2026-01-01T00:00:00Z: probe failed",
  ],
  [
    "with a stuck worker while the head only starts",
    seen([headWith({ phase: "Pending" }), stuck()]),
    "Worker W of group workers cannot be scheduled: no GPU",
  ],
  ["with a starting head", seen([headWith({ phase: "Pending" }), ...workers]), "The head, pod H, is Pending"],
  ["without workers", seen([headWith(readyStatus())]), "0 of 2 workers are ready"],
  [
    "with a worker that waits for its head",
    seen([headWith(readyStatus()), ...workers.slice(1), worker({ phase: "Pending" })]),
    "1 of 2 workers are ready; worker W is Pending",
  ],
  ["suspended", aView(aRayCluster({ suspend: true })), "The cluster is suspended: spec.suspend is true"],
  [
    "being suspended",
    aView(aRayCluster({ suspend: true }), { pods: workers }),
    "The cluster is being suspended: 2 pods have yet to end",
  ],
  [
    "not valid, whatever else",
    aView(aRayCluster({ workers: [{ minReplicas: 2, maxReplicas: 1 }] }), {
      pods: [headWith({ phase: "Pending" })],
    }),
    "The RayCluster is not valid: spec.workerGroupSpecs[0].minReplicas",
  ],
  [
    "with pods to spare that end",
    aView(cluster, { pods: [...settledPods(cluster), withMeta(aWorker(cluster, "old"), DELETED)] }),
    "1 pod has yet to end that the cluster no longer wants",
  ],
];

describe("whyNotReady()", () => {
  it.each(CASES)("says of a cluster (%s) what the rest follows from", (_, view, sentence) => {
    const why = whyNotReady(view);
    if (sentence === undefined) expect(why).toBeUndefined();
    else expect(plain(why?.sentence)).toContain(sentence);
  });

  it("hands over the chain of evidence, from the wish down to the container", () => {
    const pod = headWith({ phase: "Pending", containerStatuses: [waiting("ImagePullBackOff", "not found")] });
    const evidence = whyNotReady(seen([pod]))?.evidence.map(({ about, says }) => plain(`${about} ${says}`));
    expect(evidence).toEqual([
      "RayCluster ns/c asks for a head and workers: 2 of workers",
      "Pod ns/H phase Pending",
      "Pod ns/H container ray-head waits (ImagePullBackOff): not found",
    ]);
  });

  it("names a quota that refuses a pod before anything else, and remembers it by the status", () => {
    const error = new KubeError("Forbidden", 'pods "w" is forbidden: exceeded quota: small');
    const refusal = refusalOf(failure(error));
    const why = whyGiven(seen([headWith({ phase: "Pending" })]), refusal);
    expect(why).toMatchObject({ reason: "QuotaExceeded", isStuck: true });
    expect(why?.sentence).toContain("exceeded quota: small");

    const conditions = [
      { type: "Degraded", status: "True" as const, reason: "QuotaExceeded", message: why?.sentence ?? "" },
    ];
    const told: RayCluster = { ...cluster, status: { conditions } };
    expect(whyNotReady(aView(told))?.sentence).toBe(why?.sentence);
  });

  it("makes nothing of a failure that only says to look again", () => {
    expect(refusalOf(failure(new KubeError("Conflict", "x")))).toBeUndefined();
    expect(refusalOf(undefined)).toBeUndefined();
  });
});

function seen(pods: readonly Pod[]): RayClusterView {
  return aView(cluster, { pods });
}

function headWith(status: object): Pod {
  return { ...(head as Pod), status: status as NonNullable<Pod["status"]> };
}

function worker(status: object): Pod {
  return { ...(workers[0] as Pod), status: status as NonNullable<Pod["status"]> };
}

function stuck(): Pod {
  return worker({ phase: "Pending", conditions: [unscheduled("no GPU")] });
}

function readyStatus(): object {
  return { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
}

function unscheduled(message: string): object {
  return { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
}

function notReady(lastTransitionTime: string): object {
  return { type: "Ready", status: "False", lastTransitionTime, message: "probe failed" };
}

function waiting(reason: string, message: string): object {
  return { name: "ray-head", state: { waiting: { reason, message } } };
}

function failure(error: Error): FailedAction {
  return { action: create(PODS, worker({}), { why: "" }), error };
}

function plain(text = ""): string {
  return text.replaceAll(head?.metadata.name ?? "", "H").replaceAll(workers[0]?.metadata.name ?? "", "W");
}
