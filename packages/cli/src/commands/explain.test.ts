import { controllerReference, EVENTS, PODS } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyCluster, type OpenCluster } from "../cluster/open-cluster.ts";
import { UserError } from "../user-error.ts";
import { explanationOf } from "./explain.ts";

const SIGNAL = new AbortController().signal;
let cluster: OpenCluster;

beforeEach(async () => {
  cluster = await emptyCluster([]);
});
afterEach(() => cluster.close());

describe("explanationOf()", () => {
  it("leads from the cluster to the words of the scheduler and of the events", async () => {
    await aClusterWhoseHeadFindsNoRoom();
    const text = await explanationOf(cluster, { name: "demo", isJson: false }, SIGNAL);
    expect(text.split("\n")[0]).toMatch(/^RayCluster default\/demo: .*0\/1 nodes are available/);
    expect(text).toContain("! head: 0 of 1 ready\n  ! Pod default/demo-head: cannot be scheduled");
    expect(text).toMatch(/ {4}! event FailedScheduling: no node has room \(3 times/);
  });

  it("is the same for machines", async () => {
    await aClusterWhoseHeadFindsNoRoom();
    const json = JSON.parse(await explanationOf(cluster, { name: "demo", isJson: true }, SIGNAL));
    expect(json).toMatchObject({ cluster: "default/demo", findings: expect.any(Array) });
  });

  it("says where it looked when there is no such cluster", async () => {
    const asked = explanationOf(cluster, { name: "gone", isJson: false }, SIGNAL);
    await expect(asked).rejects.toThrow(UserError);
    await expect(asked).rejects.toThrow("Cannot explain RayCluster default/gone: there is none at");
  });
});

async function aClusterWhoseHeadFindsNoRoom(): Promise<void> {
  const { client } = cluster;
  const template = { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:2.58.0" }] } };
  const stored = await client.create(RAY_CLUSTERS, {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "demo", namespace: "default" },
    spec: { headGroupSpec: { rayStartParams: {}, template } },
  } as RayCluster);
  const pod = await client.create(PODS, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "demo-head",
      namespace: "default",
      labels: { "ray.io/cluster": "demo", "ray.io/node-type": "head", "ray.io/group": "headgroup" },
      ownerReferences: [controllerReference(stored)],
    },
    spec: template.spec,
  });
  const conditions = [
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes are available" },
  ];
  const status = { phase: "Pending", conditions };
  await client.patch(PODS, HEAD, { patch: { type: "merge", body: { status } }, subresource: "status" });
  await client.create(EVENTS, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "e1", namespace: "default" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    ...{ type: "Warning", reason: "FailedScheduling", note: "no node has room", action: "Scheduling" },
    ...{ reportingController: "scheduler", reportingInstance: "scheduler-1" },
    regarding: { apiVersion: "v1", kind: "Pod", ...HEAD, uid: pod.metadata.uid ?? "" },
    series: { count: 3, lastObservedTime: "2026-01-01T00:01:00.000000Z" },
  });
}

const HEAD = { name: "demo-head", namespace: "default" };
