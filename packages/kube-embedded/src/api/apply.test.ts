import type { Deployment, Json, KubeObject, Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { definition, withSchema } from "../testing/definitions.ts";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";
import type { Target, WriteResult } from "./kube-api.ts";

interface ApplyOptions {
  readonly manager?: string;
  readonly force?: boolean;
  readonly isDryRun?: boolean;
}

function apply(
  { api }: TestKubernetes,
  target: Target,
  { body, manager = "me", force = false, isDryRun = false }: ApplyOptions & { readonly body: Json },
): Promise<WriteResult> {
  return api.patch(target, { type: "apply", body, force }, { ...CALLER, fieldManager: manager, isDryRun });
}

function owned(object: KubeObject): Readonly<Record<string, unknown>> {
  const entries = object.metadata.managedFields ?? [];
  return Object.fromEntries(
    entries.map(({ manager, operation, subresource, fieldsV1 }) => [
      `${manager} ${operation}${subresource ? ` ${subresource}` : ""}`,
      fieldsV1,
    ]),
  );
}

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap" };

describe("server-side apply", () => {
  it("creates what is not there and takes its name from the URL", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    const { object, outcome } = await apply(kubernetes, at, { body: { ...CONFIG_MAP, data: { k: "1" } } });
    expect(outcome).toBe("created");
    expect(object.metadata).toMatchObject({ name: "a", namespace: "default" });
    expect(owned(object)).toEqual({ "me Apply": { "f:data": { "f:k": {} } } });
  });

  it("bumps nothing when nothing changes, however late", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    const body = { ...CONFIG_MAP, data: { k: "1" } };
    const first = await apply(kubernetes, at, { body });
    await kubernetes.clock.turn(60_000);
    const second = await apply(kubernetes, at, { body });
    expect(second.outcome).toBe("unchanged");
    expect(second.object).toBe(first.object);
  });

  it("keeps what is the object's own when an applier lets go of all the rest", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    const { object } = await apply(kubernetes, at, {
      body: { ...CONFIG_MAP, metadata: { labels: { a: "b" } } },
    });
    const { object: bare } = await apply(kubernetes, at, { body: CONFIG_MAP });
    expect(bare.metadata).toEqual({
      name: "a",
      namespace: "default",
      uid: object.metadata.uid,
      creationTimestamp: object.metadata.creationTimestamp,
      resourceVersion: expect.any(String),
    });
  });

  it("writes nothing on a dry run, and still says what is in the way", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    await apply(kubernetes, at, { body: { ...CONFIG_MAP, data: { k: "1" } }, isDryRun: true });
    await expect(kubernetes.api.get(at)).rejects.toMatchObject({ reason: "NotFound" });
    await apply(kubernetes, at, { body: { ...CONFIG_MAP, data: { k: "1" } } });
    const other = { body: { ...CONFIG_MAP, data: { k: "2" } }, manager: "other", isDryRun: true };
    await expect(apply(kubernetes, at, other)).rejects.toMatchObject({ reason: "Conflict" });
  });

  it.each<readonly [string, object, string, string]>([
    ["without a kind", { apiVersion: "v1" }, "BadRequest", "Object 'Kind' is missing"],
    [
      "in another version",
      { kind: "ConfigMap", apiVersion: "v2" },
      "BadRequest",
      "expected API version (v1)",
    ],
    ["without a version", { kind: "ConfigMap" }, "BadRequest", "Incorrect version specified in apply patch"],
    ["of another name", { ...CONFIG_MAP, metadata: { name: "b" } }, "BadRequest", "does not match the name"],
    [
      "with owners",
      { ...CONFIG_MAP, metadata: { managedFields: [] } },
      "BadRequest",
      "metadata.managedFields must be nil",
    ],
    [
      "with an unknown field",
      { ...CONFIG_MAP, bogus: 1 },
      "BadRequest",
      "(default/a; v1, Kind=ConfigMap): .bogus: field not declared in schema",
    ],
    ["of another object", { ...CONFIG_MAP, metadata: { uid: "x" } }, "Conflict", "uid mismatch"],
    [
      "of a revision that is not there",
      { ...CONFIG_MAP, metadata: { resourceVersion: "7" } },
      "NotFound",
      "not found",
    ],
  ])("refuses a configuration %s", async (_, ...[body, reason, message]) => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    const refused = apply(kubernetes, at, { body: body as Json });
    await expect(refused).rejects.toMatchObject({ reason, message: expect.stringContaining(message) });
  });

  it("refuses lists whose items cannot be told apart", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "pods", { name: "p" });
    const body = (containers: Json) => ({ apiVersion: "v1", kind: "Pod", spec: { containers } });
    await expect(apply(kubernetes, at, { body: body([{ image: "x" }]) })).rejects.toThrow(
      '.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
    );
    await expect(apply(kubernetes, at, { body: body([{ name: "x" }, { name: "x" }]) })).rejects.toThrow(
      '.spec.containers: duplicate entries for key [name="x"]',
    );
  });

  it("needs the name of whoever applies", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    await expect(apply(kubernetes, at, { body: CONFIG_MAP, manager: "" })).rejects.toMatchObject({
      reason: "Invalid",
      options: { causes: [{ field: "fieldManager", reason: "FieldValueRequired" }] },
    });
  });

  it("respects a resourceVersion in the configuration", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    await apply(kubernetes, at, { body: CONFIG_MAP });
    const body = { ...CONFIG_MAP, metadata: { resourceVersion: "1" }, data: { k: "1" } };
    await expect(apply(kubernetes, at, { body })).rejects.toMatchObject({
      reason: "Conflict",
      message: expect.stringContaining("the object has been modified"),
    });
  });

  it("merges containers and their ports by key, and gives defaults back to what is let go", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("apps/v1", "deployments", { name: "d" });
    const { object } = await apply(kubernetes, at, { body: deployment({ replicas: 3 }) });
    expect(object).toMatchObject({ spec: { replicas: 3 } });
    const sidecar = { name: "sidecar", image: "side:1" };
    const { object: both } = await apply(kubernetes, at, {
      body: { ...deployment({}), spec: { template: { spec: { containers: [sidecar] } } } },
      manager: "injector",
    });
    expect(containersOf(both)).toEqual(["main", "sidecar"]);
    const { object: after } = await apply(kubernetes, at, { body: deployment({}) });
    expect((after as Deployment).spec?.replicas).toBe(1);
    expect(containersOf(after)).toEqual(["main", "sidecar"]);
  });

  it("through the status owns the status alone, and otherwise never", async () => {
    const kubernetes = await testKubernetes();
    await kubernetes.given(definition({ versions: [withSchema(WIDGET)] }) as unknown as Json);
    const at = kubernetes.target("example.io/v1", "widgets", { name: "w" });
    const identity = { apiVersion: "example.io/v1", kind: "Widget" };
    const body = { ...identity, spec: { size: 1 }, extra: "x", status: { phase: "Made" } };
    const { object } = await apply(kubernetes, at, { body });
    expect(owned(object)).toEqual({ "me Apply": { "f:spec": { "f:size": {} }, "f:extra": {} } });
    const { object: after } = await apply(kubernetes, { ...at, subresource: "status" }, { body });
    expect(after).toMatchObject({ spec: { size: 1 }, status: { phase: "Made" } });
    expect(owned(after)).toEqual({
      "me Apply": { "f:spec": { "f:size": {} }, "f:extra": {} },
      "me Apply status": { "f:status": { "f:phase": {} } },
    });
  });

  it("of a scale owns the replicas of the object itself", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("apps/v1", "deployments", { name: "d" });
    await apply(kubernetes, at, { body: deployment({}) });
    const scale = { apiVersion: "autoscaling/v1", kind: "Scale", spec: { replicas: 4 } };
    await apply(kubernetes, { ...at, subresource: "scale" }, { body: scale, manager: "scaler", force: true });
    const { object } = await kubernetes.api.get(at);
    expect(object).toMatchObject({ spec: { replicas: 4 } });
    expect(owned(object)["scaler Apply scale"]).toEqual({ "f:spec": { "f:replicas": {} } });
  });
});

describe("managedFields of other writes", () => {
  it("name on creation what the caller wants and what is defaulted, not what the server adds", async () => {
    const kubernetes = await testKubernetes();
    const pod = await kubernetes.given<Pod>({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", labels: { app: "x" } },
      spec: { containers: [{ name: "main", image: "x", ports: [{ containerPort: 80 }] }] },
    });
    const [entry, ...others] = pod.metadata.managedFields ?? [];
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      manager: "test",
      operation: "Update",
      apiVersion: "v1",
      fieldsType: "FieldsV1",
    });
    const {
      "f:metadata": metadata,
      "f:spec": spec,
      ...rest
    } = (entry?.fieldsV1 ?? {}) as Record<string, Json>;
    expect(rest).toEqual({});
    expect(metadata).toEqual({ "f:labels": { ".": {}, "f:app": {} } });
    expect(spec).toMatchObject({
      "f:containers": {
        'k:{"name":"main"}': {
          ".": {},
          "f:imagePullPolicy": {},
          "f:ports": {
            ".": {},
            'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} },
          },
        },
      },
      "f:restartPolicy": {},
    });
  });

  it("do not name the structs of a built-in kind, which are there from the start", async () => {
    const kubernetes = await testKubernetes();
    const main = { name: "main", image: "x", resources: { limits: { cpu: "1" } } };
    const template = { metadata: { labels: { app: "d" } }, spec: { containers: [main] } };
    const made = await kubernetes.given<Deployment>({
      ...deployment({}),
      metadata: { name: "d" },
      spec: { selector: { matchLabels: { app: "d" } }, template },
    });
    expect(made.metadata.managedFields?.[0]?.fieldsV1).toEqual({
      "f:spec": {
        "f:progressDeadlineSeconds": {},
        "f:replicas": {},
        "f:revisionHistoryLimit": {},
        "f:selector": {},
        "f:strategy": {
          "f:rollingUpdate": { ".": {}, "f:maxSurge": {}, "f:maxUnavailable": {} },
          "f:type": {},
        },
        "f:template": {
          "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
          "f:spec": {
            "f:containers": {
              'k:{"name":"main"}': {
                ".": {},
                "f:image": {},
                "f:imagePullPolicy": {},
                "f:name": {},
                "f:resources": {
                  ".": {},
                  "f:limits": { ".": {}, "f:cpu": {} },
                  "f:requests": { ".": {}, "f:cpu": {} },
                },
                "f:terminationMessagePath": {},
                "f:terminationMessagePolicy": {},
              },
            },
            "f:dnsPolicy": {},
            "f:restartPolicy": {},
            "f:schedulerName": {},
            "f:securityContext": {},
            "f:terminationGracePeriodSeconds": {},
          },
        },
      },
    });
  });

  it("name the writer of a status by its subresource, of a scale likewise", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("apps/v1", "deployments", { name: "d" });
    await apply(kubernetes, at, { body: deployment({ replicas: 1 }) });
    const by = (fieldManager: string) => ({ ...CALLER, fieldManager });
    const status = { type: "merge", body: { status: { replicas: 1 } } } as const;
    await kubernetes.api.patch({ ...at, subresource: "status" }, status, by("controller"));
    const scale = { type: "merge", body: { spec: { replicas: 2 } } } as const;
    await kubernetes.api.patch({ ...at, subresource: "scale" }, scale, by("scaler"));
    const { object } = await kubernetes.api.get(at);
    expect(owned(object)).toMatchObject({
      "controller Update status": { "f:status": { "f:replicas": {} } },
      "scaler Update scale": { "f:spec": { "f:replicas": {} } },
    });
    expect(JSON.stringify(owned(object)["me Apply"])).not.toContain("f:replicas");
  });

  it("are reset by an empty list and kept by whoever does not know them", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    await apply(kubernetes, at, { body: { ...CONFIG_MAP, data: { k: "1" } } });
    const unknowing = { ...CONFIG_MAP, metadata: { name: "a" }, data: { k: "1", l: "1" } };
    const { object } = await kubernetes.api.update(at, unknowing, CALLER);
    expect(Object.keys(owned(object))).toEqual(["me Apply", "test Update"]);
    for (const managedFields of [[], [{}]]) {
      const patch = { type: "merge", body: { metadata: { managedFields } } } as const;
      const { object: reset } = await kubernetes.api.patch(at, patch, CALLER);
      expect(reset.metadata.managedFields).toBeUndefined();
    }
    const { object: first } = await apply(kubernetes, at, { body: { ...CONFIG_MAP, data: { k: "1" } } });
    expect(Object.keys(owned(first))).toEqual(["me Apply", "before-first-apply Update"]);
  });

  it("may be rewritten by whoever moves an object from one owner to another", async () => {
    const kubernetes = await testKubernetes();
    const at = kubernetes.target("v1", "configmaps", { name: "a" });
    await kubernetes.given({ ...CONFIG_MAP, metadata: { name: "a" }, data: { k: "1" } });
    const { object } = await kubernetes.api.patch(
      at,
      {
        type: "json",
        body: [
          { op: "replace", path: "/metadata/managedFields/0/manager", value: "me" },
          { op: "replace", path: "/metadata/managedFields/0/operation", value: "Apply" },
        ],
      },
      CALLER,
    );
    expect(Object.keys(owned(object))).toEqual(["me Apply"]);
  });

  it("are shared by objects that are alike", async () => {
    const kubernetes = await testKubernetes();
    const make = (name: string) => kubernetes.given({ ...CONFIG_MAP, metadata: { name }, data: { k: "1" } });
    const [one, other] = [await make("a"), await make("b")];
    expect(one.metadata.managedFields?.[0]?.fieldsV1).toBe(other.metadata.managedFields?.[0]?.fieldsV1);
  });
});

const WIDGET = {
  type: "object",
  properties: {
    spec: { type: "object", properties: { size: { type: "integer" } } },
    extra: { type: "string" },
    status: { type: "object", properties: { phase: { type: "string" } } },
  },
};

function deployment(spec: object): { readonly [key: string]: Json } {
  const labels = { app: "d" };
  const containers = [{ name: "main", image: "x", ports: [{ containerPort: 80 }] }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

function containersOf(object: KubeObject): readonly string[] {
  return ((object as Deployment).spec?.template?.spec?.containers ?? []).map(({ name }) => name);
}
