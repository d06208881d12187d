import type { Event } from "@heliostat/kube";
import type { HeadGroupSpec, WorkerGroupSpec } from "@heliostat/proto";
import type { RayClusterSpec } from "@heliostat/ray";
import { describe, expect, it, test } from "vitest";
import { clusterSpecMessage } from "./clusters/cluster-spec-message.ts";
import { clusterEvent, serviceEvent } from "./events.ts";

/*
 * What comes back of an object that the operator and others have written to: KubeRay's lists (reference §2.5), row by
 * row, and its events (§1.9).
 */

const ANNOTATIONS = [
  "ray.io/compute-image",
  "ray.io/compute-template",
  "openshift.io/scc",
  "cni.projectcalico.org/podIP",
  "cni.projectcalico.org/podIPs",
  "cni.projectcalico.org/containerID",
  "ray.io/health-state",
  "ray.io/ft-enabled",
  "k8s.v1.cni.cncf.io/network-status",
  "k8s.v1.cni.cncf.io/networks-status",
];
const LABELS = [
  "app.kubernetes.io/created-by",
  "app.kubernetes.io/name",
  "ray.io/cluster",
  "ray.io/cluster-dashboard",
  "ray.io/group",
  "ray.io/identifier",
  "ray.io/is-ray-node",
  "ray.io/node-type",
];
const OF_HEADS = [
  "MY_POD_IP",
  "RAY_CLUSTER_NAME",
  "RAY_PORT",
  "RAY_ADDRESS",
  "RAY_USAGE_STATS_KUBERAY_IN_USE",
];
const OF_WORKERS = [
  ...OF_HEADS,
  "RAY_DISABLE_DOCKER_CPU_WARNING",
  "TYPE",
  "CPU_REQUEST",
  "CPU_LIMITS",
  "MEMORY_REQUESTS",
  "MEMORY_LIMITS",
  "MY_POD_NAME",
  "FQ_RAY_IP",
  "RAY_IP",
  "REDIS_PASSWORD",
];

describe("a group tells what its user said", () => {
  it.each(ANNOTATIONS)("and not the annotation %s", (name) => {
    const { head } = told({ annotations: { [name]: "x", mine: "1" } });
    expect(head.annotations).toEqual({ mine: "1" });
  });

  it.each(LABELS)("and not the label %s", (name) => {
    const { head, worker } = told({ labels: { [name]: "x", mine: "1" } });
    expect([head.labels, worker.labels]).toEqual([{ mine: "1" }, { mine: "1" }]);
  });

  it.each(OF_WORKERS)("and not the variable %s, which a head may have for its own", (name) => {
    const { head, worker } = told({ env: [name, "MINE"] });
    expect(Object.keys(worker.environment?.values ?? {})).toEqual(["MINE"]);
    expect(Object.keys(head.environment?.values ?? {})).toEqual(
      OF_HEADS.includes(name) ? ["MINE"] : [name, "MINE"],
    );
  });

  test("its environment is there, if empty; names of one letter and policies but Always are not", () => {
    const { head } = told({});
    expect(head.environment).toMatchObject({ values: {}, valuesFrom: {} });
    const spec = { serviceAccountName: "a", imagePullSecrets: [{ name: "first" }, { name: "second" }] };
    expect(told({ spec }).head).toMatchObject({ serviceAccount: "", imagePullSecret: "first" });
    for (const [imagePullPolicy, wanted] of [
      ["Always", "Always"],
      ["IfNotPresent", ""],
      ["Never", ""],
    ] as const)
      expect(told({ container: { imagePullPolicy } }).head.imagePullPolicy).toBe(wanted);
  });
});

interface Groups {
  readonly head: HeadGroupSpec;
  readonly worker: WorkerGroupSpec;
}

interface Traits {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly string[];
  readonly container?: object;
  readonly spec?: object;
}

/** The head and the worker of a cluster whose pod templates have these traits. */
function told({ annotations = {}, labels = {}, env = [], container, spec }: Traits): Groups {
  const template = (name: string) => ({
    metadata: { annotations, labels },
    spec: {
      containers: [{ name, image: "r", env: env.map((each) => ({ name: each, value: "v" })), ...container }],
      ...spec,
    },
  });
  const cluster = {
    headGroupSpec: { rayStartParams: {}, template: template("ray-head") },
    workerGroupSpecs: [{ groupName: "w", rayStartParams: {}, template: template("ray-worker") }],
  };
  const { headGroupSpec, workerGroupSpec } = clusterSpecMessage(cluster as unknown as RayClusterSpec);
  return { head: headGroupSpec as HeadGroupSpec, worker: workerGroupSpec[0] as WorkerGroupSpec };
}

describe("an event", () => {
  const EVENT: Event = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "c.1", namespace: "default", creationTimestamp: "2026-01-01T00:00:00Z" },
    regarding: { kind: "RayCluster", name: "c" },
    reason: "Created",
    note: "made a pod",
    type: "Normal",
    eventTime: "2026-01-01T00:00:01.500000Z",
    reportingController: "o",
    reportingInstance: "o-1",
    action: "a",
  };
  const seconds = (at: number) => ({ seconds: BigInt(1_767_225_600 + at), nanos: 0 });

  test("has its time, in whole seconds, for its first and its last, and counts nothing", () => {
    expect(clusterEvent(EVENT)).toMatchObject({
      id: "c.1",
      name: "c-c.1",
      reason: "Created",
      message: "made a pod",
      type: "Normal",
      count: 0,
      createdAt: seconds(0),
      firstTimestamp: seconds(1),
      lastTimestamp: seconds(1),
    });
  });

  test("of a series has its last time and its count; one of an older client, the older fields", () => {
    const series = { count: 7, lastObservedTime: "2026-01-01T00:01:00.000000Z" };
    const old = { deprecatedCount: 3, deprecatedLastTimestamp: "2026-01-01T00:00:30Z" };
    expect(clusterEvent({ ...EVENT, ...old, series })).toMatchObject({
      count: 7,
      lastTimestamp: seconds(60),
    });
    const { eventTime: _, ...timeless } = EVENT;
    const first = { deprecatedFirstTimestamp: "2026-01-01T00:00:10Z" };
    expect(clusterEvent({ ...timeless, ...old, ...first } as Event)).toMatchObject({
      count: 3,
      firstTimestamp: seconds(10),
      lastTimestamp: seconds(30),
    });
  });

  test("is named by the label of its cluster, and by its service where it is one's", () => {
    const labels = { "ray.io/cluster-name": "other" };
    const labelled = { ...EVENT, metadata: { ...EVENT.metadata, labels } };
    expect([clusterEvent(labelled).name, serviceEvent(labelled, "s").name]).toEqual(["other-c.1", "s-c.1"]);
  });
});
