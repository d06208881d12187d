import type { Deployment, Json, Namespace, Pod, Scale } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";

function deployment(name: string, replicas: number): Json {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "example/app:1" }] },
      },
    },
  };
}

const WIDGETS = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: ".spec.count",
            statusReplicasPath: ".status.count",
            labelSelectorPath: ".status.selector",
          },
        },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { count: { type: "integer" }, size: { type: "string" } } },
              status: {
                type: "object",
                properties: { count: { type: "integer" }, selector: { type: "string" } },
              },
            },
          },
        },
      },
    ],
  },
} as const;

async function widget(kubernetes: TestKubernetes): Promise<void> {
  await kubernetes.given(WIDGETS);
  await kubernetes.given({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "w", labels: { a: "b" } },
    spec: { count: 1 },
  });
}

describe("update", () => {
  it("counts a generation when what is wanted changes, and only then", async () => {
    const { api, target, given } = await testKubernetes();
    await given(deployment("d", 1));
    const at = target("apps/v1", "deployments", { name: "d" });
    const patch = async (body: Json, subresource?: string): Promise<number | undefined> => {
      const where = subresource ? { ...at, subresource } : at;
      return (await api.patch(where, { type: "merge", body }, CALLER)).object.metadata.generation;
    };
    expect(await patch({ metadata: { labels: { a: "b" } } })).toBe(1);
    expect(await patch({ status: { replicas: 1 } }, "status")).toBe(1);
    expect(await patch({ spec: { replicas: 2 } })).toBe(2);
    expect(await patch({ spec: { replicas: 2 } })).toBe(2);
  });

  it("makes no revision and no event of a write that changes nothing", async () => {
    const { api, target, given, registry } = await testKubernetes();
    expect(registry.find("apps", "v1", "deployments")).toBeDefined();
    const { metadata } = await given(deployment("d", 1));
    const at = target("apps/v1", "deployments", { name: "d" });
    const { outcome, object } = await api.update(at, deployment("d", 1), CALLER);
    expect(outcome).toBe("unchanged");
    expect(object.metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  it("demands a resourceVersion for custom resources", async () => {
    const kubernetes = await testKubernetes();
    await widget(kubernetes);
    const at = kubernetes.target("example.com/v1", "widgets", { name: "w" });
    const body = { metadata: { name: "w" }, spec: { count: 2 } };
    await expect(kubernetes.api.update(at, body, CALLER)).rejects.toThrow(
      'Widget.example.com "w" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    );
  });

  it("lets the status of a custom resource change nothing but the status", async () => {
    const kubernetes = await testKubernetes();
    await widget(kubernetes);
    const at = kubernetes.target("example.com/v1", "widgets", { name: "w", subresource: "status" });
    const body = { metadata: { labels: { a: "c" } }, spec: { count: 9 }, status: { count: 1 } };
    const { object } = await kubernetes.api.patch(at, { type: "merge", body }, CALLER);
    expect(object).toMatchObject({
      metadata: { labels: { a: "b" } },
      spec: { count: 1 },
      status: { count: 1 },
    });
  });

  it("says when the name of the object is not the one on the URL", async () => {
    const { api, target, given } = await testKubernetes();
    await given(deployment("d", 1));
    const at = target("apps/v1", "deployments", { name: "d" });
    await expect(api.update(at, deployment("e", 1), CALLER)).rejects.toThrow(
      "the name of the object (e) does not match the name on the URL (d)",
    );
  });

  it("creates on update where Kubernetes does", async () => {
    const { api, target } = await testKubernetes();
    const at = target("coordination.k8s.io/v1", "leases", { name: "l" });
    const { outcome } = await api.update(
      at,
      { metadata: { name: "l" }, spec: { holderIdentity: "me" } },
      CALLER,
    );
    expect(outcome).toBe("created");
  });
});

describe("patch", () => {
  it("refuses strategic patches of custom resources by media type", async () => {
    const kubernetes = await testKubernetes();
    await widget(kubernetes);
    const at = kubernetes.target("example.com/v1", "widgets", { name: "w" });
    await expect(kubernetes.api.patch(at, { type: "strategic", body: {} }, CALLER)).rejects.toMatchObject({
      reason: "UnsupportedMediaType",
      message: expect.stringContaining("application/apply-patch+yaml"),
    });
  });

  it("does what Ray's autoscaler asks: replace a field that is not there", async () => {
    const kubernetes = await testKubernetes();
    await widget(kubernetes);
    const at = kubernetes.target("example.com/v1", "widgets", { name: "w" });
    const body = [{ op: "replace", path: "/spec/size", value: "big" }] as const;
    const { object } = await kubernetes.api.patch(at, { type: "json", body }, CALLER);
    expect(object).toMatchObject({ spec: { size: "big", count: 1 } });
  });

  it("refuses more operations than Kubernetes takes", async () => {
    const { api, target, given } = await testKubernetes();
    await given(deployment("d", 1));
    const body = Array.from(
      { length: 10_001 },
      () => ({ op: "test", path: "/kind", value: "Deployment" }) as const,
    );
    const patched = api.patch(
      target("apps/v1", "deployments", { name: "d" }),
      { type: "json", body },
      CALLER,
    );
    await expect(patched).rejects.toMatchObject({ reason: "RequestEntityTooLarge" });
  });

  it("never lets a patch rename an object", async () => {
    const { api, target, given } = await testKubernetes();
    await given(deployment("d", 1));
    const body = { metadata: { name: "e" } };
    const patched = api.patch(
      target("apps/v1", "deployments", { name: "d" }),
      { type: "merge", body },
      CALLER,
    );
    await expect(patched).rejects.toMatchObject({ reason: "BadRequest" });
  });
});

describe("scale", () => {
  it("reads and writes the replicas of a built-in kind", async () => {
    const { api, target, given } = await testKubernetes();
    await given(deployment("d", 1));
    const at = target("apps/v1", "deployments", { name: "d", subresource: "scale" });
    expect((await api.get(at)).object).toMatchObject({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      spec: { replicas: 1 },
      status: { replicas: 0, selector: "app=d" },
    });
    const { object } = await api.patch(at, { type: "merge", body: { spec: { replicas: 3 } } }, CALLER);
    expect((object as unknown as Scale).spec?.replicas).toBe(3);
    const { object: parent } = await api.get(target("apps/v1", "deployments", { name: "d" }));
    expect((parent as Deployment).spec?.replicas).toBe(3);
    expect(parent.metadata.generation).toBe(2);
  });

  it("follows the paths of a custom resource", async () => {
    const kubernetes = await testKubernetes();
    await widget(kubernetes);
    const at = kubernetes.target("example.com/v1", "widgets", { name: "w", subresource: "scale" });
    const { object } = await kubernetes.api.update(at, { spec: { replicas: 4 } }, CALLER);
    expect(object).toMatchObject({ spec: { replicas: 4 } });
    const { object: parent } = await kubernetes.api.get(
      kubernetes.target("example.com/v1", "widgets", { name: "w" }),
    );
    expect(parent).toMatchObject({ spec: { count: 4 } });
  });

  it("refuses a negative number and another's revision", async () => {
    const { api, target, given } = await testKubernetes();
    await given(deployment("d", 1));
    const at = target("apps/v1", "deployments", { name: "d", subresource: "scale" });
    await expect(api.update(at, { spec: { replicas: -1 } }, CALLER)).rejects.toMatchObject({
      reason: "Invalid",
    });
    const body = { metadata: { resourceVersion: "1" }, spec: { replicas: 2 } };
    await expect(api.update(at, body, CALLER)).rejects.toMatchObject({ reason: "Conflict" });
  });
});

describe("subresources of pods and namespaces", () => {
  const POD = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [{ name: "main", image: "example/app:1" }] },
  } as const;

  it("binds a pod to a node, once", async () => {
    const { api, target, given } = await testKubernetes();
    await given(POD);
    const at = target("v1", "pods", { name: "p", subresource: "binding" });
    const { outcome } = await api.create(at, { target: { kind: "Node", name: "n" } }, CALLER);
    expect(outcome).toBe("created");
    const pod = (await api.get(target("v1", "pods", { name: "p" }))).object as Pod;
    expect(pod.spec?.nodeName).toBe("n");
    expect(pod.status?.conditions).toMatchObject([{ type: "PodScheduled", status: "True" }]);
    await expect(api.create(at, { target: { name: "m" } }, CALLER)).rejects.toThrow(
      'already assigned to node "n"',
    );
  });

  it("evicts a pod by deleting it", async () => {
    const { api, target, given } = await testKubernetes();
    await given(POD);
    await api.create(target("v1", "pods", { name: "p", subresource: "eviction" }), {}, CALLER);
    await expect(api.get(target("v1", "pods", { name: "p" }))).rejects.toMatchObject({ reason: "NotFound" });
  });

  it("ends a namespace when whoever empties it takes off the last finalizer", async () => {
    const { api, target, given } = await testKubernetes();
    const namespace = await given<Namespace>({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "n" },
    });
    expect(namespace).toMatchObject({
      metadata: { labels: { "kubernetes.io/metadata.name": "n" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
    const at = target("v1", "namespaces", { name: "n" });
    await api.patch(at, { type: "merge", body: { spec: { finalizers: null } } }, CALLER);
    expect((await api.delete(at, {}, CALLER)).outcome).toBe("terminating");
    const { outcome } = await api.update(
      { ...at, subresource: "finalize" },
      { spec: { finalizers: [] } },
      CALLER,
    );
    expect(outcome).toBe("removed");
    await expect(api.get(at)).rejects.toThrow('namespaces "n" not found');
  });

  it("asks whoever signs for tokens, and refuses where nobody does", async () => {
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sa" } };
    const without = await testKubernetes();
    await without.given(account);
    const at = without.target("v1", "serviceaccounts", { name: "sa", subresource: "token" });
    await expect(without.api.create(at, {}, CALLER)).rejects.toMatchObject({ reason: "MethodNotAllowed" });

    const issued = { token: "signed", expirationTimestamp: "2026-01-01T01:00:00Z" };
    const { api, target, given } = await testKubernetes({ tokens: { issue: async () => issued } });
    await given(account);
    const there = target("v1", "serviceaccounts", { name: "sa", subresource: "token" });
    expect((await api.create(there, { spec: { audiences: ["a"] } }, CALLER)).object).toMatchObject({
      status: issued,
    });
    const short = api.create(there, { spec: { expirationSeconds: 1 } }, CALLER);
    await expect(short).rejects.toThrow("may not specify a duration less than 10 minutes");
  });
});
