import type { Json, Namespace, Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, testKubernetes } from "../testing/test-kubernetes.ts";
import type { Caller } from "./kube-api.ts";

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: { containers: [{ name: "main", image: "example/app" }] },
} as const;

describe("create", () => {
  it("takes kind and apiVersion from the URL where the body leaves them out (Python's client does)", async () => {
    const { api, target } = await testKubernetes();
    const { object, outcome } = await api.create(
      target("v1", "configmaps"),
      { metadata: { name: "a" } },
      CALLER,
    );
    expect(object).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default" } });
    expect(outcome).toBe("created");
  });

  it.each<[string, Json, string]>([
    ["another kind", { kind: "Secret", metadata: { name: "a" } }, "does not match the expected kind"],
    [
      "another version",
      { apiVersion: "v2", metadata: { name: "a" } },
      "does not match the expected API version",
    ],
    [
      "another namespace",
      { metadata: { name: "a", namespace: "kube-system" } },
      "the namespace of the provided object does not match the namespace sent on the request",
    ],
    [
      "a resourceVersion",
      { metadata: { name: "a", resourceVersion: "1" } },
      "resourceVersion should not be set on objects to be created",
    ],
    ["no object", [], "must be an object"],
    ["metadata of another shape", { metadata: { name: 5 } }, "cannot unmarshal"],
    ["labels of another shape", { metadata: { name: "a", labels: { a: 1 } } }, "map[string]string"],
  ])("refuses %s as a bad request", async (_, body, message) => {
    const { api, target } = await testKubernetes();
    const created = api.create(target("v1", "configmaps"), body, CALLER);
    await expect(created).rejects.toMatchObject({
      reason: "BadRequest",
      message: expect.stringContaining(message),
    });
  });

  it("wants a name, or a prefix for one", async () => {
    const { api, target } = await testKubernetes();
    const created = api.create(target("v1", "configmaps"), {}, CALLER);
    await expect(created).rejects.toThrow(
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    );
  });

  it("refuses what a namespace that ends or that is not there should hold", async () => {
    const { api, target, given } = await testKubernetes();
    const absent = api.create(target("v1", "pods", { namespace: "absent" }), POD, CALLER);
    await expect(absent).rejects.toThrow('namespaces "absent" not found');
    await given({ apiVersion: "v1", kind: "Namespace", metadata: { name: "ending" } });
    const { object } = await api.delete(target("v1", "namespaces", { name: "ending" }), {}, CALLER);
    expect((object as Namespace).status?.phase).toBe("Terminating");
    const late = api.create(target("v1", "pods", { namespace: "ending" }), POD, CALLER);
    await expect(late).rejects.toMatchObject({
      reason: "Forbidden",
      options: { causes: [{ reason: "NamespaceTerminating" }] },
    });
  });

  it("drops the status that only the status subresource may write, but a node's", async () => {
    const { given } = await testKubernetes();
    const pod = await given<Pod>({ ...POD, status: { phase: "Running" } });
    expect(pod.status?.phase).toBe("Pending");
    const node = await given({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n" },
      status: { capacity: { cpu: "4" } },
    });
    expect(node).toMatchObject({ status: { capacity: { cpu: "4" } } });
  });

  it("tells of unknown fields as strictly as the caller asks", async () => {
    const { api, target } = await testKubernetes();
    const body = { ...POD, spec: { ...POD.spec, bogus: 1 } };
    const warnings: string[] = [];
    const caller: Caller = { ...CALLER, warn: (text) => warnings.push(text) };
    const strict = api.create(target("v1", "pods"), body, { ...caller, fieldValidation: "Strict" });
    await expect(strict).rejects.toThrow('strict decoding error: unknown field "spec.bogus"');
    const { object } = await api.create(target("v1", "pods"), body, caller);
    expect(object).not.toHaveProperty("spec.bogus");
    expect(warnings).toEqual(['unknown field "spec.bogus"']);
  });

  it("counts generations where Kubernetes does", async () => {
    const { given } = await testKubernetes();
    expect((await given(POD)).metadata.generation).toBe(1);
    const configMap = await given({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
    expect(configMap.metadata.generation).toBeUndefined();
  });

  it("ignores nulls, which Go clients write for what they leave out", async () => {
    const { given } = await testKubernetes();
    const metadata = { name: "a", creationTimestamp: null, labels: null };
    const { metadata: stored } = await given({ apiVersion: "v1", kind: "ConfigMap", metadata, data: null });
    expect(stored.creationTimestamp).toBe("2026-01-01T00:00:00Z");
    expect(stored).not.toHaveProperty("labels");
  });

  it("survives bodies of any shape with nothing but refusals", async () => {
    const { api, target } = await testKubernetes();
    const odd: readonly Json[] = [null, 1, "x", [], {}, { metadata: null }, { metadata: [], spec: 1 }];
    const specs: readonly Json[] = [
      null,
      1,
      [],
      { containers: 1 },
      { containers: [1, null] },
      { containers: [{}] },
    ];
    const kinds = [
      target("v1", "pods"),
      target("v1", "services"),
      target("apps/v1", "deployments"),
      target("batch/v1", "jobs"),
      target("v1", "events"),
      target("events.k8s.io/v1", "events"),
    ];
    for (const kind of kinds)
      for (const body of [...odd, ...specs.map((spec) => ({ metadata: { name: "a" }, spec }))])
        await api.create(kind, body, CALLER).catch((error: unknown) => {
          expect(error).toMatchObject({ name: "KubeError" });
        });
  });

  it("refuses a reserved verb or subresource plainly", async () => {
    const { api, target } = await testKubernetes();
    await expect(
      api.create(target("v1", "pods", { name: "a", subresource: "nothing" }), {}, CALLER),
    ).rejects.toThrow("the server could not find the requested resource");
    const reviews = target("authorization.k8s.io/v1", "selfsubjectaccessreviews");
    await expect(api.list(reviews, {})).rejects.toMatchObject({ reason: "MethodNotAllowed" });
    const question = { spec: { nonResourceAttributes: { verb: "get", path: "/version" } } };
    const { object } = await api.create(reviews, question, CALLER);
    expect(object).toMatchObject({ status: { allowed: true } });
  });
});
