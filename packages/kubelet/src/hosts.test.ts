import type { Endpoints, ObjectMeta, Pod, Service, ServiceSpec } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { type HostsView, hostEntries } from "./hosts.ts";
import { aPod } from "./testing/fixtures.ts";

const API = {
  ip: "10.244.0.1",
  names: [
    "kubernetes.default.svc.cluster.local",
    "kubernetes.default.svc",
    "kubernetes.default",
    "kubernetes",
  ],
};

function service(name: string, spec: ServiceSpec, namespace = "default"): Service {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
}

interface PodWishes extends Partial<ObjectMeta> {
  readonly isReady?: boolean;
}

function pod(name: string, ip: string, { isReady = true, ...metadata }: PodWishes = {}): Pod {
  const conditions = [{ type: "Ready", status: isReady ? "True" : "False" }];
  return aPod({
    metadata: { name, labels: { app: "a" }, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
    status: { podIP: ip, phase: "Running", conditions },
  });
}

function entriesOf(view: Partial<HostsView>) {
  const [api, ...others] = hostEntries({
    ...{ services: [], pods: [], endpoints: [], apiServerHost: "10.244.0.1" },
    ...view,
  });
  expect(api).toEqual(API);
  return others;
}

describe("hostEntries()", () => {
  const selecting = service("head", { selector: { app: "a" } });

  it("gives a service all its names, with the address of its oldest ready pod", () => {
    const pods = [
      pod("young", "10.244.0.4", { creationTimestamp: "2026-01-02T00:00:00Z" }),
      pod("unready", "10.244.0.2", { isReady: false, creationTimestamp: "2025-01-01T00:00:00Z" }),
      pod("old", "10.244.0.3"),
      pod("elsewhere", "10.244.0.5", { creationTimestamp: "2025-01-01T00:00:00Z", namespace: "other" }),
    ];
    const names = ["head.default.svc.cluster.local", "head.default.svc", "head.default", "head"];
    expect(entriesOf({ services: [selecting], pods })).toEqual([
      { ip: "10.244.0.3", names, podUid: "uid-1" },
    ]);
  });

  it("leaves out a service without a pod that is ready, unless it publishes others too", () => {
    const pods = [pod("starting", "10.244.0.2", { isReady: false })];
    expect(entriesOf({ services: [selecting], pods })).toEqual([]);
    const publishing = service("head", { selector: { app: "a" }, publishNotReadyAddresses: true });
    expect(entriesOf({ services: [publishing], pods })).toMatchObject([{ ip: "10.244.0.2" }]);
  });

  it("prefers the pod that stays over the one that leaves", () => {
    const publishing = service("head", { selector: { app: "a" }, publishNotReadyAddresses: true });
    const leaving = pod("old", "10.244.0.2", { deletionTimestamp: "2026-01-01T00:00:00Z" });
    const pods = [leaving, pod("new", "10.244.0.3", { creationTimestamp: "2026-01-05T00:00:00Z" })];
    expect(entriesOf({ services: [publishing], pods })).toMatchObject([{ ip: "10.244.0.3" }]);
  });

  it("asks the endpoints of a service that selects nothing", () => {
    const endpoints: Endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "external", namespace: "default" },
      subsets: [{ addresses: [{ ip: "192.0.2.7" }] }],
    };
    const services = [service("external", {})];
    expect(entriesOf({ services, endpoints: [endpoints] })).toMatchObject([{ ip: "192.0.2.7" }]);
  });

  it("gives a bare name to one namespace only: to the sole owner, else to default, else to nobody", () => {
    const pods = ["a", "b", "default"].map((namespace) =>
      pod(`in-${namespace}`, "10.244.0.9", { namespace }),
    );
    const of = (name: string, ...namespaces: readonly string[]) =>
      namespaces.map((namespace) => service(name, { selector: { app: "a" } }, namespace));
    const services = [...of("sole", "a"), ...of("both", "a", "b"), ...of("all", "a", "default")];
    const bare = entriesOf({ services, pods }).flatMap(({ names }) =>
      names.filter((name) => !name.includes(".")),
    );
    expect(bare).toEqual(["sole", "all"]);
    expect(entriesOf({ services, pods })[4]?.names).toContain("all");
    expect(entriesOf({ services, pods })[4]?.names[0]).toBe("all.default.svc.cluster.local");
  });

  it("names a pod below its service", () => {
    const named = aPod({
      spec: { hostname: "db-0", subdomain: "db" },
      status: { podIP: "10.244.0.8", phase: "Running" },
    });
    expect(entriesOf({ pods: [named] })).toEqual([
      {
        ip: "10.244.0.8",
        names: ["db-0.db.default.svc.cluster.local", "db-0.db.default.svc", "db-0.db.default"],
        podUid: "uid-1",
      },
    ]);
  });
});
