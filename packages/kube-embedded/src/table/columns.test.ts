import type { CoreEvent, KubeObject, Node, Pod, ResourceQuota, Service } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { builtinResources } from "../registry/builtin-resources.ts";
import type { Column } from "../registry/served-resource.ts";
import { NODE_COLUMNS, QUOTA_COLUMNS } from "./cluster-columns.ts";
import { EVENT_COLUMNS } from "./event-columns.ts";
import { SERVICE_COLUMNS } from "./network-columns.ts";
import { POD_COLUMNS } from "./pod-columns.ts";

const NOW_MS = Date.parse("2026-01-01T01:00:00Z");
const metadata = { name: "x", namespace: "default", creationTimestamp: "2026-01-01T00:00:00Z" };

function cells(columns: readonly Column[], object: KubeObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(columns.map(({ name, cell }) => [name, cell(object, NOW_MS)]));
}

function container(name: string, state: object, more: object = {}) {
  return { name, image: "i", imageID: "", ready: false, restartCount: 0, state, ...more };
}

type Status = Partial<NonNullable<Pod["status"]>>;

function pod(status: Status, more: Partial<Pod["metadata"]> = {}, spec: object = {}): Pod {
  const containers = [{ name: "main", image: "i" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, ...more },
    spec: { containers, ...spec },
    status,
  };
}

const RUNNING = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const INIT = { initContainers: [{ name: "init", image: "i" }] };
const DELETED = { deletionTimestamp: "2026-01-01T00:59:00Z" };

describe("the table of pods", () => {
  it.each<[string, Pod, string, string]>([
    ["nothing known", pod({ phase: "Pending" }), "Pending", "0/1"],
    [
      "running",
      pod({ phase: "Running", containerStatuses: [container("main", RUNNING, { ready: true })] }),
      "Running",
      "1/1",
    ],
    [
      "creating",
      pod({
        phase: "Pending",
        containerStatuses: [container("main", { waiting: { reason: "ContainerCreating" } })],
      }),
      "ContainerCreating",
      "0/1",
    ],
    [
      "crashing",
      pod({
        phase: "Running",
        containerStatuses: [container("main", { waiting: { reason: "CrashLoopBackOff" } })],
      }),
      "CrashLoopBackOff",
      "0/1",
    ],
    [
      "failed",
      pod({
        phase: "Failed",
        containerStatuses: [container("main", { terminated: { exitCode: 1, reason: "Error" } })],
      }),
      "Error",
      "0/1",
    ],
    [
      "failed without a reason",
      pod({ phase: "Failed", containerStatuses: [container("main", { terminated: { exitCode: 3 } })] }),
      "ExitCode:3",
      "0/1",
    ],
    [
      "killed without a reason",
      pod({
        phase: "Failed",
        containerStatuses: [container("main", { terminated: { exitCode: 137, signal: 9 } })],
      }),
      "Signal:9",
      "0/1",
    ],
    [
      "done",
      pod({
        phase: "Succeeded",
        containerStatuses: [container("main", { terminated: { exitCode: 0, reason: "Completed" } })],
      }),
      "Completed",
      "0/1",
    ],
    [
      "initialising",
      pod({ phase: "Pending", initContainerStatuses: [container("init", RUNNING)] }, {}, INIT),
      "Init:0/1",
      "0/1",
    ],
    [
      "waiting for its init container",
      pod(
        {
          phase: "Pending",
          initContainerStatuses: [container("init", { waiting: { reason: "PodInitializing" } })],
        },
        {},
        INIT,
      ),
      "Init:0/1",
      "0/1",
    ],
    [
      "init crashing",
      pod(
        {
          phase: "Pending",
          initContainerStatuses: [container("init", { waiting: { reason: "CrashLoopBackOff" } })],
        },
        {},
        INIT,
      ),
      "Init:CrashLoopBackOff",
      "0/1",
    ],
    [
      "init failed",
      pod(
        {
          phase: "Pending",
          initContainerStatuses: [container("init", { terminated: { exitCode: 2, reason: "Error" } })],
        },
        {},
        INIT,
      ),
      "Init:Error",
      "0/1",
    ],
    [
      "initialised",
      pod(
        {
          phase: "Pending",
          initContainerStatuses: [container("init", { terminated: { exitCode: 0 } })],
          containerStatuses: [container("main", { waiting: { reason: "PodInitializing" } })],
        },
        {},
        INIT,
      ),
      "PodInitializing",
      "0/1",
    ],
    [
      "terminating",
      pod({ phase: "Running", containerStatuses: [container("main", RUNNING, { ready: true })] }, DELETED),
      "Terminating",
      "1/1",
    ],
    ["deleted when done", pod({ phase: "Succeeded" }, DELETED), "Succeeded", "0/1"],
    ["lost", pod({ phase: "Running", reason: "NodeLost" }, DELETED), "Unknown", "0/1"],
    ["evicted", pod({ phase: "Failed", reason: "Evicted" }), "Evicted", "0/1"],
    [
      "gated",
      pod({
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }],
      }),
      "SchedulingGated",
      "0/1",
    ],
  ])("says of one that is %s what kubectl would", (...[, object, status, ready]) => {
    expect(cells(POD_COLUMNS, object)).toMatchObject({ Status: status, Ready: ready, Age: "60m" });
  });

  it("counts a sidecar among the containers", () => {
    const spec = { initContainers: [{ name: "side", image: "i", restartPolicy: "Always" }] };
    const object = pod(
      {
        phase: "Running",
        initContainerStatuses: [container("side", RUNNING, { ready: true, started: true })],
        containerStatuses: [container("main", RUNNING, { ready: true })],
      },
      {},
      spec,
    );
    expect(cells(POD_COLUMNS, object)).toMatchObject({ Status: "Running", Ready: "2/2" });
  });

  it("says how often and when a container was started again", () => {
    const lastState = { terminated: { exitCode: 1, finishedAt: "2026-01-01T00:57:00Z" } };
    const statuses = [container("main", RUNNING, { ready: true, restartCount: 3, lastState })];
    expect(cells(POD_COLUMNS, pod({ phase: "Running", containerStatuses: statuses }))).toMatchObject({
      Restarts: "3 (3m ago)",
      IP: "<none>",
      Node: "<none>",
      "Nominated Node": "<none>",
      "Readiness Gates": "<none>",
    });
  });
});

describe("other tables", () => {
  it("show a node's roles, readiness and addresses", () => {
    const node: Node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "n",
        labels: { "node-role.kubernetes.io/control-plane": "", "node-role.kubernetes.io/a": "" },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: "Ready", status: "True" }],
        addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
      },
    };
    expect(cells(NODE_COLUMNS, node)).toMatchObject({
      Status: "Ready,SchedulingDisabled",
      Roles: "a,control-plane",
      "Internal-IP": "10.0.0.1",
      "External-IP": "<none>",
      "OS-Image": "<unknown>",
    });
    const silent: Node = { ...node, status: {} };
    expect(cells(NODE_COLUMNS, silent)["Status"]).toBe("Unknown,SchedulingDisabled");
  });

  it("show a service's ports and addresses", () => {
    const spec = (more: object): Service => ({
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ClusterIP", clusterIP: "10.96.0.2", ...more },
    });
    const ports = [
      { port: 80, protocol: "TCP", nodePort: 30_001 },
      { port: 53, protocol: "UDP" },
    ];
    expect(cells(SERVICE_COLUMNS, spec({ ports, selector: { b: "2", a: "1" } }))).toMatchObject({
      "Cluster-IP": "10.96.0.2",
      "External-IP": "<none>",
      "Port(s)": "80:30001/TCP,53/UDP",
      Selector: "a=1,b=2",
    });
    expect(cells(SERVICE_COLUMNS, spec({ clusterIP: "None" }))).toMatchObject({
      "Cluster-IP": "None",
      "Port(s)": "<none>",
      Selector: "<none>",
    });
    expect(cells(SERVICE_COLUMNS, spec({ type: "LoadBalancer" }))["External-IP"]).toBe("<pending>");
  });

  it("show an event by the object that it is about", () => {
    const event: CoreEvent = {
      apiVersion: "v1",
      kind: "Event",
      metadata,
      involvedObject: { kind: "Pod", name: "p" },
      type: "Warning",
      reason: "Failed",
      message: "It failed\n",
      lastTimestamp: "2026-01-01T00:59:30Z",
      count: 3,
    };
    expect(cells(EVENT_COLUMNS, event)).toMatchObject({
      "Last Seen": "30s",
      Object: "pod/p",
      Message: "It failed",
      Count: 3,
    });
  });

  it("show what is used of a quota, limits apart", () => {
    const quota: ResourceQuota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata,
      status: { hard: { pods: "3", "limits.cpu": "4", cpu: "2" }, used: { pods: "1", cpu: "500m" } },
    };
    expect(cells(QUOTA_COLUMNS, quota)).toMatchObject({
      Request: "cpu: 500m/2, pods: 1/3",
      Limit: "limits.cpu: 0/4",
    });
  });

  it("show a bare object of every kind without stumbling", () => {
    for (const { columns, group, version, kind, strategy } of builtinResources()) {
      if (strategy.isReview) continue;
      const apiVersion = group === "" ? version : `${group}/${version}`;
      const spec = { scaleTargetRef: {}, schedule: "", containers: [], template: {} };
      const bare = { apiVersion, kind, metadata, spec, roleRef: {} } as unknown as KubeObject;
      expect(() => cells(columns, bare)).not.toThrow();
    }
  });
});
