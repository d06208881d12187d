import { EVENTS, type KubeObject } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identityThat } from "../testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "../testing/served-world.ts";

const CLUSTERS = "/apis/ray.io/v1/namespaces/default/rayclusters";
const JSON_TYPE = { "content-type": "application/json" };
let served: ServedWorld;
let isAllowed: Parameters<typeof identityThat>[0] = () => true;

beforeAll(async () => {
  const identity = identityThat((access) => isAllowed?.(access) ?? true);
  served = await servedWorld({ authenticator: identity, authorizer: identity });
  const template = { name: "small", namespace: "default", cpu: 3, memory: 5, gpu: 1 };
  const made = await served.fetch("/apis/v1/namespaces/default/compute_templates", {
    method: "POST",
    body: JSON.stringify(template),
  });
  expect(made.status).toBe(200);
});

afterAll(() => served.stop());

describe("objects of ray.io/v1 (reference §3)", () => {
  test("are created with their compute templates filled in, from JSON and from YAML", async () => {
    const created = await send("POST", CLUSTERS, { body: JSON.stringify(cluster("a")), headers: JSON_TYPE });
    expect(created.status).toBe(201);
    const [head] = created.body.spec.headGroupSpec.template.spec.containers;
    expect(head.resources.limits).toMatchObject({ cpu: "3", memory: "5Gi", "nvidia.com/gpu": "1" });
    const yaml = await send("POST", CLUSTERS, {
      body: YAML_CLUSTER,
      headers: { "content-type": "application/yaml" },
    });
    expect(yaml.status).toBe(201);
  });

  test("a template that is not there is 422, with Kubernetes' Status", async () => {
    const { status, body } = await send("POST", CLUSTERS, {
      body: JSON.stringify(cluster("b", "absent")),
      headers: JSON_TYPE,
    });
    expect([status, body.kind, body.reason]).toEqual([422, "Status", "Invalid"]);
  });

  test("are read, listed by pages and selectors, replaced, patched and deleted", async () => {
    expect((await send("GET", `${CLUSTERS}/a`)).body).toMatchObject({
      kind: "RayCluster",
      metadata: { name: "a" },
    });
    const page = await send("GET", `${CLUSTERS}?limit=1`);
    expect(page.body).toMatchObject({ apiVersion: "ray.io/v1", kind: "RayClusterList" });
    expect(page.body.items).toHaveLength(1);
    const rest = await send("GET", `${CLUSTERS}?continue=${encodeURIComponent(page.body.metadata.continue)}`);
    expect(rest.body.items).toHaveLength(1);
    expect((await send("GET", `${CLUSTERS}?fieldSelector=metadata.name=a`)).body.items).toHaveLength(1);
    expect((await send("GET", "/apis/ray.io/v1/rayclusters")).body.items).toHaveLength(2);

    const merge = { "content-type": "application/merge-patch+json" };
    const patched = await send("PATCH", `${CLUSTERS}/a`, {
      body: '{"spec":{"suspend":true}}',
      headers: merge,
    });
    expect(patched.body.spec.suspend).toBe(true);
    const replaced = { ...patched.body, spec: { ...patched.body.spec, suspend: false } };
    expect(
      (await send("PUT", `${CLUSTERS}/a`, { body: JSON.stringify(replaced), headers: JSON_TYPE })).body.spec
        .suspend,
    ).toBe(false);
    expect(
      (await send("PUT", `${CLUSTERS}/b`, { body: JSON.stringify(replaced), headers: JSON_TYPE })).status,
    ).toBe(400);
    const status = await send("PATCH", `${CLUSTERS}/a/status`, {
      body: '{"status":{"state":"ready"}}',
      headers: merge,
    });
    expect(status.body.status.state).toBe("ready");
    const apply = { "content-type": "application/apply-patch+yaml" };
    const applied = await send("PATCH", `${CLUSTERS}/c?fieldManager=me`, {
      body: JSON.stringify(cluster("c")),
      headers: apply,
    });
    expect([applied.status, applied.body.metadata.name]).toEqual([201, "c"]);

    expect((await send("DELETE", `${CLUSTERS}/a`)).body).toMatchObject({ kind: "Status", status: "Success" });
    expect(await send("GET", `${CLUSTERS}/a`)).toMatchObject({ status: 404, body: { reason: "NotFound" } });
  });

  test("a dry run stores nothing", async () => {
    expect(
      (
        await send("POST", `${CLUSTERS}?dryRun=All`, {
          body: JSON.stringify(cluster("dry")),
          headers: JSON_TYPE,
        })
      ).status,
    ).toBe(201);
    expect((await send("GET", `${CLUSTERS}/dry`)).status).toBe(404);
  });

  test("a watch is a stream that begins at once and ends with the caller", async () => {
    const leave = new AbortController();
    const { resourceVersion } = (await send("GET", CLUSTERS)).body.metadata;
    const answer = await served.fetch(`${CLUSTERS}?watch=true&resourceVersion=${resourceVersion}`, {
      signal: leave.signal,
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    await served.world.client.create(RAY_CLUSTERS, cluster("seen") as never);
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(JSON.parse(new TextDecoder().decode(value))).toMatchObject({
      type: "ADDED",
      object: { metadata: { name: "seen" } },
    });
    leave.abort();
  });

  test.each([
    ["POST", "/apis/ray.io/v1/rayclusters", 405],
    ["DELETE", "/apis/ray.io/v1/rayclusters", 405],
    ["DELETE", `${CLUSTERS}/a/status`, 405],
    ["GET", "/apis/ray.io/v1/namespaces/a%2Fb/rayclusters", 404],
    ["GET", "/apis/ray.io/v1/pods", 404],
    ["GET", "/apis/ray.io/v1/namespaces/default/rayclusters/a/exec", 404],
    ["GET", `${CLUSTERS}?limit=many`, 400],
  ])("%s %s is %d in Kubernetes' words", async (method, path, code) => {
    expect(await send(method, path)).toMatchObject({ status: code, body: { kind: "Status", code } });
  });

  test.each<readonly [string, string, Refused]>([
    ["no JSON", "{", {}],
    ["no object", "[]", {}],
    ["no metadata", "{}", { code: 422 }],
    ["another namespace", '{"metadata":{"name":"x","namespace":"other"}}', {}],
    ["great depth", `{"metadata":{},"computeTemplate":${"[".repeat(500)}${"]".repeat(500)}}`, {}],
    ["a template, but no JSON", '{"computeTemplate":', {}],
    ["an encoding", "{}", { headers: { ...JSON_TYPE, "content-encoding": "gzip" }, code: 415 }],
    ["an unknown type", "{}", { headers: { "content-type": "text/plain" }, code: 415 }],
  ])("a body with %s is refused", async (_, body, { code = 400, headers = JSON_TYPE }) => {
    expect(await send("POST", CLUSTERS, { body, headers })).toMatchObject({
      status: code,
      body: { kind: "Status" },
    });
  });
});

describe("what may be seen", () => {
  test("everything else of Kubernetes' API is not found", async () => {
    for (const path of [
      "/api/v1",
      "/apis/apps/v1",
      "/api/v1/namespaces/default/pods",
      "/api/v1/namespaces/default/secrets",
      "/openapi/v2",
    ]) {
      expect((await send("GET", path)).status).toBe(404);
    }
    expect((await send("DELETE", "/apis/events.k8s.io/v1/namespaces/default/events")).body).toMatchObject({
      code: 5,
    });
  });

  test("events are those about Ray's kinds", async () => {
    for (const [name, apiVersion] of [
      ["of-ray", "ray.io/v1"],
      ["of-pods", "v1"],
    ] as const) {
      await served.world.client.create(EVENTS, eventAbout(name, apiVersion) as never);
    }
    await settled();
    const events = await send("GET", "/apis/events.k8s.io/v1/namespaces/default/events");
    expect(events.body.items.map(({ metadata }: KubeObject) => metadata.name)).toEqual(["of-ray"]);
  });

  test("nobody without a token, and what a caller may not is 403 before Kubernetes is asked", async () => {
    expect(await send("GET", CLUSTERS, { headers: { authorization: "" } })).toMatchObject({
      status: 401,
      body: { kind: "Status", reason: "Unauthorized" },
    });
    isAllowed = ({ verb }) => verb !== "create";
    const apply = { "content-type": "application/apply-patch+yaml" };
    const refused = [
      await send("POST", CLUSTERS, { body: JSON.stringify(cluster("no")), headers: JSON_TYPE }),
      await send("PATCH", `${CLUSTERS}/no?fieldManager=me`, {
        body: JSON.stringify(cluster("no")),
        headers: apply,
      }),
    ];
    isAllowed = () => true;
    expect(refused).toMatchObject([{ status: 403 }, { status: 403, body: { reason: "Forbidden" } }]);
    expect((await send("GET", `${CLUSTERS}/no`)).status).toBe(404);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: the answers of many kinds, in tests
type Body = any;

/** How a body is sent and refused. @default JSON, 400 */
interface Refused {
  readonly code?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Sent {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(
  method: string,
  path: string,
  { body, headers = {} }: Sent = {},
): Promise<{ readonly status: number; readonly body: Body }> {
  const answer = await served.fetch(path, { method, headers, ...(body !== undefined && { body }) });
  return { status: answer.status, body: await answer.json() };
}

function cluster(name: string, computeTemplate = "small"): object {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name, namespace: "default" },
    spec: {
      headGroupSpec: {
        computeTemplate,
        rayStartParams: {},
        template: { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:2.52.0" }] } },
      },
    },
  };
}

const YAML_CLUSTER = `
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: of-yaml}
spec:
  headGroupSpec:
    rayStartParams: {}
    template: {spec: {containers: [{name: ray-head, image: "rayproject/ray:2.52.0"}]}}
`;

function eventAbout(name: string, apiVersion: string): object {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    regarding: { apiVersion, kind: "RayCluster", name: "a", namespace: "default" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    reportingController: "test",
    reportingInstance: "test",
    action: "Test",
    reason: "Test",
    type: "Normal",
  };
}
