import type { Action } from "@heliostat/controller";
import type { EndpointSlice, Endpoints, Pod, Service, ServiceSpec } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { portGroups } from "./addresses.ts";
import { endpointSlicesOf, endpointsOf } from "./builders.ts";
import { type EndpointsView, planEndpoints } from "./plan.ts";

describe("planEndpoints()", () => {
  it("creates both objects, and then has nothing to do", () => {
    const view = viewOf({ pods: [pod("a", "10.0.0.1")] });
    const [endpoints, slice] = created(planEndpoints(view).actions) as [Endpoints, EndpointSlice];
    expect(endpoints).toMatchObject({ kind: "Endpoints", metadata: { name: "demo", namespace: "default" } });
    expect(slice.metadata.labels).toMatchObject({ "kubernetes.io/service-name": "demo" });
    expect(planEndpoints({ ...view, endpoints, slices: [slice] }).actions).toEqual([]);
  });

  it("has nothing to do when an API stores empty lists as none", () => {
    const view = viewOf({ pods: [] });
    const [endpoints] = created(planEndpoints(view).actions) as [Endpoints];
    expect(endpoints).not.toHaveProperty("subsets");
    expect(planEndpoints({ ...view, endpoints }).actions).toEqual([]);
  });

  it("patches what has changed, and removes slices that hold nothing any more", () => {
    const before = viewOf({ pods: [pod("a", "10.0.0.1")] });
    const [endpoints, slice] = created(planEndpoints(before).actions) as [Endpoints, EndpointSlice];
    const { actions } = planEndpoints({ ...before, pods: [], endpoints, slices: [slice] });
    expect(actions.map((action) => action.do)).toEqual(["delete", "patch"]);
    expect(actions[1]).toMatchObject({ patch: { body: { subsets: null } } });
  });

  it("leaves alone what others add", () => {
    const view = viewOf({ pods: [pod("a", "10.0.0.1")] });
    const [endpoints, slice] = created(planEndpoints(view).actions) as [Endpoints, EndpointSlice];
    const annotated = { ...endpoints, metadata: { ...endpoints.metadata, annotations: { theirs: "yes" } } };
    expect(planEndpoints({ ...view, endpoints: annotated, slices: [slice] }).actions).toEqual([]);
  });
});

describe("portGroups()", () => {
  it("keeps apart pods whose named ports have other numbers", () => {
    const named = service({ ports: [{ name: "http", port: 80, targetPort: "web" }] });
    const pods = [pod("a", "10.0.0.1", 8080), pod("b", "10.0.0.2", 9090), pod("c", "10.0.0.3")];
    expect(portGroups(named, pods).map(({ ports, pods: served }) => [ports[0]?.port, served.length])).toEqual(
      [
        [8080, 1],
        [9090, 1],
      ],
    );
  });

  it("leaves out pods without an address and pods that have ended", () => {
    const pods = [pod("a", ""), { ...pod("b", "10.0.0.1"), status: { podIP: "10.0.0.1", phase: "Failed" } }];
    expect(portGroups(service(), pods)).toEqual([]);
  });
});

describe("endpointsOf()", () => {
  it("tells ready pods from others", () => {
    const pods = [pod("a", "10.0.0.10"), unready(pod("b", "10.0.0.9"))];
    expect(endpointsOf(service(), portGroups(service(), pods)).subsets).toEqual([
      {
        addresses: [expect.objectContaining({ ip: "10.0.0.10" })],
        notReadyAddresses: [expect.objectContaining({ ip: "10.0.0.9" })],
        ports: [{ name: "http", port: 8000, protocol: "TCP" }],
      },
    ]);
  });

  it("takes every pod for ready when the service publishes unready ones", () => {
    const open = service({ publishNotReadyAddresses: true });
    const [subset] = endpointsOf(open, portGroups(open, [unready(pod("b", "10.0.0.9"))])).subsets ?? [];
    expect(subset?.addresses?.map(({ ip }) => ip)).toEqual(["10.0.0.9"]);
  });

  it("lists the pods of a headless service without ports", () => {
    const headless = service({ clusterIP: "None", ports: [] });
    const endpoints = endpointsOf(headless, portGroups(headless, [pod("a", "10.0.0.1")]));
    expect(endpoints.subsets).toEqual([{ addresses: [expect.objectContaining({ ip: "10.0.0.1" })] }]);
    expect(endpoints.metadata.labels).toHaveProperty("service.kubernetes.io/headless");
  });
});

describe("endpointSlicesOf()", () => {
  it("puts a hundred pods into a slice, under names that do not depend on anything else", () => {
    const pods = Array.from({ length: 150 }, (_, index) => pod(`p${index}`, `10.0.0.${index}`));
    const slices = endpointSlicesOf(service(), portGroups(service(), pods));
    expect(slices.map(({ endpoints }) => endpoints?.length)).toEqual([100, 50]);
    expect(new Set(slices.map(({ metadata }) => metadata.name)).size).toBe(2);
    expect(endpointSlicesOf(service(), portGroups(service(), pods))).toEqual(slices);
  });

  it("keeps a pod on its way out, as one that is not ready but still serves", () => {
    const leaving = { ...pod("a", "10.0.0.1") };
    const terminating = {
      ...leaving,
      metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    const [slice] = endpointSlicesOf(service(), portGroups(service(), [terminating]));
    expect(slice?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
    expect(endpointsOf(service(), portGroups(service(), [terminating])).subsets).toBeUndefined();
  });
});

function viewOf(more: Partial<EndpointsView>): EndpointsView {
  return { service: service(), pods: [], endpoints: undefined, slices: [], ...more };
}

function created(actions: readonly Action[]): unknown[] {
  return actions.flatMap((action) => (action.do === "create" ? [action.object] : []));
}

function service(spec: Partial<ServiceSpec> = {}): Service {
  const ports = [{ name: "http", port: 80, targetPort: 8000 }];
  const metadata = { name: "demo", namespace: "default", uid: "service", labels: { app: "demo" } };
  return { apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: "demo" }, ports, ...spec } };
}

function pod(name: string, podIP: string, webPort?: number): Pod {
  const ports = webPort === undefined ? [] : [{ name: "web", containerPort: webPort }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, labels: { app: "demo" } },
    spec: { nodeName: "laptop", containers: [{ name: "main", ports }] },
    status: { phase: "Running", podIP, conditions: [{ type: "Ready", status: "True" }] },
  };
}

function unready(ready: Pod): Pod {
  return { ...ready, status: { ...ready.status, conditions: [{ type: "Ready", status: "False" }] } };
}
