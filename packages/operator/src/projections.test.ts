import {
  controllerReference,
  type KubeObject,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  RESOURCE_QUOTAS,
  type Resource,
  ROLES,
  SECRETS,
  SERVICES,
} from "@heliostat/kube";
import { authSecret, headService, RAY_CLUSTERS } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { describe, expect, it } from "vitest";
import { OPERATOR_PROJECTIONS } from "./projections.ts";
import { settledPods } from "./testing/views.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const CLUSTER = aRayCluster({ metadata: { annotations: { [LAST_APPLIED]: "{…}", mine: "stays" } } });
const IDENTITY = { uid: "u", resourceVersion: "7", creationTimestamp: "2026-01-01T00:00:00Z" };

describe("the operator keeps", () => {
  it("of a RayCluster everything but what kubectl notes down for itself", () => {
    const kept = keptOf(RAY_CLUSTERS, CLUSTER);
    expect(kept.metadata.annotations).toEqual({ mine: "stays" });
    expect({ ...kept, metadata: { ...kept.metadata, annotations: CLUSTER.metadata.annotations } }).toEqual(
      CLUSTER,
    );
  });

  it("of a pod of a cluster less than a quarter, and none of its environment but the names of secrets", () => {
    const [head] = settledPods(aRayCluster({ rayVersion: "2.53.0", authOptions: { mode: "token" } }));
    const kept = keptOf(PODS, head);
    expect(Object.keys(kept.spec ?? {})).toEqual(["containers"]);
    expect(
      kept.spec?.containers.flatMap(({ env = [] }) => env).filter(({ value }) => value !== undefined),
    ).toEqual([]);
    expect(JSON.stringify(kept)).toContain('"secretKeyRef":{"name":"c"}');
    expect(JSON.stringify(kept.spec).length).toBeLessThan(JSON.stringify(head?.spec).length / 4);
  });

  it("of a pod's annotations its own", () => {
    const [head] = settledPods(CLUSTER);
    if (!head) throw new Error("Cannot look at the head: the plan makes none");
    const annotations = { ...head.metadata.annotations, "k8s.ovn.org/pod-networks": "{…}" };
    const kept = keptOf(PODS, { ...head, metadata: { ...head.metadata, annotations } });
    expect(kept.metadata.annotations).toEqual(head.metadata.annotations);
  });

  it("of a service of a cluster what it compares, and not how it stands", () => {
    const service = { ...headService(CLUSTER), status: { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } } };
    const { status: _, ...compared } = service;
    expect(keptOf(SERVICES, service)).toEqual(compared);
  });

  it("of the users' own objects that they are there, and whose, and of services the addresses", () => {
    for (const resource of [PODS, SERVICES, ROLES] as readonly Resource[]) {
      const { apiVersion, kind, metadata, spec } = {
        apiVersion: "v1",
        kind: resource.kind,
        metadata: { name: "web", namespace: "ns", ...IDENTITY },
        spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] },
      };
      const foreign = {
        ...{ apiVersion, kind },
        metadata: { ...metadata, labels: { app: "web" }, annotations: { a: "b" } },
        spec: { ...spec, containers: [], selector: {} },
        status: { phase: "Running" },
      };
      const isService = kind === SERVICES.kind;
      expect(keptOf(resource, foreign)).toEqual({ apiVersion, kind, metadata, ...(isService && { spec }) });
    }
  });

  it("no token of any cluster", () => {
    const secret = authSecret(CLUSTER, { token: "very secret" });
    const kept = keptOf(SECRETS, secret);
    expect(JSON.stringify(kept)).not.toContain(btoa("very secret"));
    expect(kept).not.toHaveProperty("data");
    expect(kept).not.toHaveProperty("stringData");
    expect(kept.metadata).toEqual(secret.metadata);
  });

  it("of claims whose they are, and of quotas that they are there", () => {
    const metadata = {
      name: "c",
      namespace: "ns",
      ...IDENTITY,
      ownerReferences: [controllerReference(CLUSTER)],
    };
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: { volumeName: "v" } };
    expect(keptOf(PERSISTENT_VOLUME_CLAIMS as Resource, claim)).toEqual({ ...claim, spec: undefined });
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", labels: { a: "b" } },
      status: {},
    };
    expect(keptOf(RESOURCE_QUOTAS as Resource, quota)).toEqual({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q" },
    });
  });
});

function keptOf<T extends KubeObject>(resource: Resource<T>, object: T | undefined): T {
  const projection = OPERATOR_PROJECTIONS.find((each) => each.resource.plural === resource.plural);
  if (!projection || !object) throw new Error(`Cannot look at ${resource.plural}: nothing is projected`);
  return projection.transform(object) as T;
}
