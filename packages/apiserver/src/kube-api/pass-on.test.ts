import type { Access } from "@heliostat/identity";
import type { WireRequest } from "@heliostat/kube";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { templateExpansion } from "../methods/template-expansion.ts";
import { type ApiWorld, apiWorld, NO_NODE } from "../testing/api-world.ts";
import { identityThat } from "../testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "../testing/served-world.ts";

/** Kubernetes' own API through the server: what its clients use beyond objects, and who may (reference §3). */
const CLUSTERS = "/apis/ray.io/v1/namespaces/default/rayclusters";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
let world: ApiWorld;
let served: ServedWorld;
let sent: WireRequest[] = [];
let asked: Access[] = [];
let allows: (access: Access) => boolean = () => true;

beforeAll(async () => {
  world = await apiWorld();
  const identity = identityThat((access) => {
    asked.push(access);
    return allows(access);
  });
  const { client, caches } = world;
  served = await servedWorld({
    authenticator: identity,
    authorizer: identity,
    kubeApi: {
      wire: {
        send(request) {
          sent.push(request);
          return world.wire.send(request);
        },
      },
      reader: client,
      expansion: templateExpansion({ client, caches }),
      nodePort: NO_NODE,
    },
  });
});

afterAll(async () => {
  await served.stop();
  await world.stop();
});

beforeEach(async () => {
  [sent, asked, allows] = [[], [], () => true];
  for (const { metadata } of (await world.client.list(RAY_CLUSTERS)).items)
    await world.client.delete(RAY_CLUSTERS, { namespace: "default", name: metadata.name });
  for (const name of ["a", "b"])
    await world.client.create(RAY_CLUSTERS, { ...CLUSTER, metadata: named(name) });
});

describe("an answer looks as the caller wants it", () => {
  test("a table, with the columns that kubectl prints, also in a watch", async () => {
    const { body } = await call("GET", CLUSTERS, { headers: { accept: TABLE } });
    expect(body).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1", rows: [{}, {}] });
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toContain("desired workers");
    const leave = new AbortController();
    const watch = await served.fetch(`${CLUSTERS}?watch=1`, {
      headers: { accept: TABLE },
      signal: leave.signal,
    });
    const { value } = (await watch.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('"kind":"Table"');
    leave.abort();
  });

  test("metadata alone, or YAML", async () => {
    const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    const { body } = await call("GET", CLUSTERS, { headers: { accept } });
    expect(body).toMatchObject({ kind: "PartialObjectMetadataList" });
    expect(body.items[0]).not.toHaveProperty("spec");
    const yaml = await served.fetch(`${CLUSTERS}/a`, { headers: { accept: "application/yaml" } });
    expect([yaml.headers.get("content-type"), await yaml.text()]).toEqual([
      "application/yaml",
      expect.stringContaining("kind: RayCluster\n"),
    ]);
    expect(await call("GET", CLUSTERS, { headers: { accept: "image/png" } })).toMatchObject({ status: 406 });
  });
});

describe("writes", () => {
  test("a collection is deleted as its selectors say, and options count: a dry run deletes nothing", async () => {
    expect((await call("DELETE", `${CLUSTERS}/a?dryRun=All`)).status).toBe(200);
    expect(
      (await call("DELETE", `${CLUSTERS}/a`, { headers: JSON_TYPE, body: '{"dryRun":["All"]}' })).status,
    ).toBe(200);
    expect((await call("DELETE", `${CLUSTERS}?dryRun=All`)).status).toBe(200);
    expect(await names()).toEqual(["a", "b"]);
    const body = '{"preconditions":{"uid":"another"}}';
    expect((await call("DELETE", `${CLUSTERS}/a`, { headers: JSON_TYPE, body })).status).toBe(409);
    expect((await call("DELETE", `${CLUSTERS}?fieldSelector=metadata.name=a`)).status).toBe(200);
    expect(await names()).toEqual(["b"]);
  });

  test.each([
    ["application/merge-patch+json", '{"spec":{"suspend":true}}', 200],
    ["application/json-patch+json", '[{"op":"add","path":"/spec/suspend","value":true}]', 200],
    ["application/strategic-merge-patch+json", '{"spec":{"suspend":true}}', 415],
    ["text/plain", "{}", 415],
    ["application/json-patch+json", '{"op":"add"}', 400],
    ["application/apply-patch+yaml", "{}", 422],
  ])("a patch of %s, %s, is %d as Kubernetes has it", async (contentType, body, status) => {
    const answer = await call("PATCH", `${CLUSTERS}/a`, { headers: { "content-type": contentType }, body });
    expect(answer.status).toBe(status);
    if (status !== 200)
      expect(answer.body).toMatchObject({ kind: "Status", status: "Failure", code: status });
  });

  test("an apply creates, says who manages the fields, and finds conflicts", async () => {
    const headers = { ...APPLY, "user-agent": "kubectl/v1.35.0 (linux)" };
    const body = JSON.stringify({ ...CLUSTER, metadata: { name: "c" } });
    const made = await call("PATCH", `${CLUSTERS}/c?fieldManager=one`, { headers, body });
    expect([made.status, made.body.metadata.managedFields[0].manager]).toEqual([201, "one"]);
    const otherwise = { ...CLUSTER, spec: { ...CLUSTER.spec, rayVersion: "9" }, metadata: { name: "c" } };
    const other = await call("PATCH", `${CLUSTERS}/c?fieldManager=two`, {
      headers,
      body: JSON.stringify(otherwise),
    });
    expect([other.status, other.body.reason]).toEqual([409, "Conflict"]);
    const written = await call("POST", CLUSTERS, {
      headers: { ...JSON_TYPE, "user-agent": "kubectl/v1" },
      body: cluster("d"),
    });
    expect(written.body.metadata.managedFields[0].manager).toBe("kubectl");
  });

  test("fields that nobody knows are refused or warned about, as the caller asks", async () => {
    const strange = JSON.stringify({ ...CLUSTER, metadata: named("e"), nonsense: 1 });
    const strict = await call("POST", `${CLUSTERS}?fieldValidation=Strict`, {
      headers: JSON_TYPE,
      body: strange,
    });
    expect([strict.status, strict.body.message]).toEqual([400, expect.stringContaining("nonsense")]);
    const warned = await served.fetch(`${CLUSTERS}?fieldValidation=Warn`, {
      method: "POST",
      headers: JSON_TYPE,
      body: strange,
    });
    expect([warned.status, warned.headers.get("warning")]).toEqual([
      201,
      expect.stringContaining("nonsense"),
    ]);
  });
});

describe("what passes", () => {
  test("is the caller's request, but nothing by which anybody could be known, nor another path", async () => {
    const harmless = { "accept-encoding": "gzip", "user-agent": "me/1" };
    const headers = { "impersonate-user": "root", "x-remote-user": "root", cookie: "c", ...harmless };
    await call("GET", `${CLUSTERS}/a?pretty=true`, { headers });
    expect(sent).toMatchObject([{ method: "GET", path: `${CLUSTERS}/a?pretty=true` }]);
    expect(sent[0]?.headers).toEqual({ accept: "*/*", ...harmless });
  });

  test("for one object is never a watch of it, for which nobody asked permission", async () => {
    await call("GET", `${CLUSTERS}/a?watch=true`);
    expect(sent[0]?.path).toBe(`${CLUSTERS}/a`);
    expect(asked).toMatchObject([{ verb: "get" }]);
  });

  test.each(["websocket", "SPDY/3.1"])("is plain HTTP: an upgrade to %s is refused", async (upgrade) => {
    const { request } = await import("node:http");
    const status = await new Promise<unknown>((resolve, reject) => {
      const headers = { connection: "Upgrade", upgrade, authorization: "Bearer a-token-of-the-tests" };
      request(`${served.server.httpUrl}${CLUSTERS}?watch=true`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on("upgrade", () => reject(new Error("upgraded")))
        .on("error", reject)
        .end();
    });
    expect([status, sent]).toEqual([400, []]);
  });
});

describe("discovery, without which kubectl does not begin", () => {
  test.each([
    ["/api", { kind: "APIVersions", versions: [] }],
    ["/apis", { kind: "APIGroupList", groups: [{ name: "ray.io" }, { name: "events.k8s.io" }] }],
    ["/apis/ray.io", { kind: "APIGroup", preferredVersion: { groupVersion: "ray.io/v1" } }],
    ["/apis/events.k8s.io/v1", { resources: [{ name: "events", verbs: ["list", "watch"] }] }],
    ["/openapi/v3", { paths: { "apis/ray.io/v1": {} } }],
    ["/version", { major: "1" }],
  ])("%s tells of what is passed on, and of nothing else", async (path, document) => {
    expect(await call("GET", path)).toMatchObject({ status: 200, body: document });
    const stranger = await served.fetch(path, { headers: { authorization: "Bearer wrong" } });
    expect(stranger.status).toBe(401);
  });

  test("Ray's resources and schemas are those of the cluster's definitions", async () => {
    const { resources } = (await call("GET", "/apis/ray.io/v1")).body;
    expect(resources).toContainEqual(
      expect.objectContaining({ name: "rayclusters", kind: "RayCluster", namespaced: true }),
    );
    const { paths } = (await call("GET", "/openapi/v3")).body;
    const { serverRelativeURL } = paths["apis/ray.io/v1"];
    const schemas = (await call("GET", serverRelativeURL)).body.components.schemas;
    expect(Object.keys(schemas).some((name) => name.endsWith("RayCluster"))).toBe(true);
  });
});

interface Row {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What must be allowed, all of it. */
  readonly needs: readonly string[];
}

const APPLY = { "content-type": "application/apply-patch+yaml" };
const MATRIX: readonly Row[] = ["rayclusters", "rayjobs", "rayservices", "raycronjobs"].flatMap((plural) => {
  const all = `/apis/ray.io/v1/${plural}`;
  const collection = `/apis/ray.io/v1/namespaces/mine/${plural}`;
  const status = `${collection}/x/status`;
  return [
    { method: "GET", path: all, needs: [`list ${plural} in *`] },
    { method: "GET", path: `${all}?watch=true`, needs: [`watch ${plural} in *`] },
    { method: "GET", path: collection, needs: [`list ${plural} in mine`] },
    { method: "GET", path: `${collection}?watch=1`, needs: [`watch ${plural} in mine`] },
    { method: "POST", path: collection, needs: [`create ${plural} in mine`] },
    { method: "DELETE", path: collection, needs: [`deletecollection ${plural} in mine`] },
    { method: "GET", path: `${collection}/x`, needs: [`get ${plural} in mine x`] },
    { method: "PUT", path: `${collection}/x`, needs: [`update ${plural} in mine x`] },
    { method: "PATCH", path: `${collection}/x`, needs: [`patch ${plural} in mine x`] },
    {
      method: "PATCH",
      path: `${collection}/x`,
      headers: APPLY,
      needs: [`patch ${plural} in mine x`, `create ${plural} in mine x`],
    },
    { method: "DELETE", path: `${collection}/x`, needs: [`delete ${plural} in mine x`] },
    { method: "GET", path: status, needs: [`get ${plural}/status in mine x`] },
    { method: "PUT", path: status, needs: [`update ${plural}/status in mine x`] },
    { method: "PATCH", path: status, needs: [`patch ${plural}/status in mine x`] },
  ];
});
const EVENTS = "/apis/events.k8s.io/v1/namespaces/mine/events";

describe.each<Row>([
  ...MATRIX,
  { method: "GET", path: EVENTS, needs: ["list events in mine"] },
  { method: "GET", path: `${EVENTS}?watch=true`, needs: ["watch events in mine"] },
])("$method $path", ({ method, path, headers = {}, needs }) => {
  test("a stranger reaches nothing, and each access that it needs can refuse it", async () => {
    for (const authorization of ["", "Bearer wrong"])
      expect((await call(method, path, { headers: { ...headers, authorization } })).status).toBe(401);
    expect(asked).toEqual([]);
    for (const need of needs) {
      asked = [];
      allows = (access) => wordsOf(access) !== need;
      expect(await call(method, path, { headers })).toMatchObject({
        status: 403,
        body: { kind: "Status", reason: "Forbidden" },
      });
      expect(asked.map(wordsOf)).toEqual(needs.slice(0, needs.indexOf(need) + 1));
    }
    expect(sent).toEqual([]);
  });
});

function wordsOf({ verb, resource, subresource, namespace = "*", name }: Access): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what} in ${namespace}${name === undefined ? "" : ` ${name}`}`;
}

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever Kubernetes says
  readonly body: any;
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function call(method: string, path: string, init: Sent = {}): Promise<Answered> {
  const answer = await served.fetch(path, { method, ...init });
  return { status: answer.status, body: await answer.json() };
}

async function names(): Promise<readonly string[]> {
  return (await world.client.list(RAY_CLUSTERS)).items.map(({ metadata }) => metadata.name);
}

const JSON_TYPE = { "content-type": "application/json" };
const { apiVersion, kind, spec } = aRayCluster();
const CLUSTER = { apiVersion, kind, spec };

function named(name: string): { readonly name: string; readonly namespace: string } {
  return { name, namespace: "default" };
}

function cluster(name: string): string {
  return JSON.stringify({ ...CLUSTER, metadata: named(name) });
}
