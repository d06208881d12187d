import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { connect } from "node:http2";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callApi, openStream } from "../testing/api-caller.ts";
import { SYSTEM_CLOCK, startTestServer, type TestServer, WIDGET_DEFINITION } from "../testing/test-server.ts";
import { loadServerIdentity } from "./pki/server-identity.ts";
import { serveKubernetes } from "./serve-kubernetes.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.given(WIDGET_DEFINITION);
});
afterAll(() => server.remove());

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";

function aConfigMap(name: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data: { x: "1" } };
}

describe("who is answered", () => {
  it("is whoever has a certificate of ours", async () => {
    expect(await callApi(server, "/version")).toMatchObject({ status: 200 });
  });

  it("is whoever has the administrator's token", async () => {
    const authorization = `Bearer ${server.identity.credentials.adminToken}`;
    expect(
      (await callApi(server, "/version", { isAnonymous: true, headers: { authorization } })).status,
    ).toBe(200);
  });

  it("is not whoever has nothing, or something else", async () => {
    const unauthorized = { status: 401, json: { kind: "Status", reason: "Unauthorized", code: 401 } };
    for (const headers of [{}, { authorization: "Bearer x" }, { authorization: "Basic eDp5" }]) {
      for (const path of ["/version", CONFIG_MAPS, "/nothing/here"]) {
        expect(await callApi(server, path, { isAnonymous: true, headers })).toMatchObject(unauthorized);
      }
    }
  });

  it("is everyone who asks how we are", async () => {
    for (const path of ["/livez", "/readyz", "/healthz"]) {
      expect(await callApi(server, path, { isAnonymous: true })).toMatchObject({ status: 200, text: "ok" });
    }
    expect((await callApi(server, "/readyz?verbose", { isAnonymous: true })).text).toContain(
      "readyz check passed",
    );
  });

  it("is nobody who asks for another name, or from a foreign page", async () => {
    for (const headers of [{ host: "evil.example" }, { origin: "https://evil.example" }]) {
      expect(await callApi(server, "/version", { headers })).toMatchObject({
        status: 403,
        json: { reason: "Forbidden" },
      });
    }
  });

  it("is the bearer of a service account's token while the account lives", async () => {
    await server.given({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "robot", namespace: "default" },
    });
    const account = "/api/v1/namespaces/default/serviceaccounts/robot";
    const issued = await callApi(server, `${account}/token`, {
      method: "POST",
      body: { spec: { expirationSeconds: 600 } },
    });
    expect(issued).toMatchObject({ status: 201, json: { kind: "TokenRequest" } });
    const { token } = (issued.json as { status: { token: string } }).status;
    const call = { isAnonymous: true, headers: { authorization: `Bearer ${token}` } };
    expect((await callApi(server, "/version", call)).status).toBe(200);
    await callApi(server, account, { method: "DELETE" });
    expect((await callApi(server, "/version", call)).status).toBe(401);
  });

  it("is asked of the authorizer, whose refusal has Kubernetes' words", async () => {
    const authorizer = { isAllowed: ({ verb }: { verb: string }) => Promise.resolve(verb !== "list") };
    const guarded = await startTestServer({ authorizer });
    expect(await callApi(guarded, CONFIG_MAPS)).toMatchObject({
      status: 403,
      json: {
        message:
          'configmaps is forbidden: User "heliostat-admin" cannot list resource "configmaps" in API group "" in the namespace "default"',
      },
    });
    await guarded.remove();
  });
});

describe("objects", () => {
  it("are created, read, changed and deleted", async () => {
    const path = `${CONFIG_MAPS}/crud`;
    expect(await callApi(server, CONFIG_MAPS, { method: "POST", body: aConfigMap("crud") })).toMatchObject({
      status: 201,
    });
    expect(await callApi(server, path)).toMatchObject({ status: 200, json: { data: { x: "1" } } });
    const merge = { method: "PATCH", headers: { "content-type": "application/merge-patch+json" } };
    expect(await callApi(server, path, { ...merge, body: { data: { x: "2" } } })).toMatchObject({
      status: 200,
      json: { data: { x: "2" } },
    });
    expect(await callApi(server, path, { method: "DELETE" })).toMatchObject({
      status: 200,
      json: { kind: "Status", status: "Success", details: { name: "crud", kind: "configmaps" } },
    });
    expect(await callApi(server, path)).toMatchObject({
      status: 404,
      json: {
        message: 'configmaps "crud" not found',
        reason: "NotFound",
        details: { name: "crud", kind: "configmaps" },
      },
    });
  });

  it("come with an audit id, are not kept by caches, and bring warnings along", async () => {
    const { headers } = await callApi(server, WIDGETS);
    expect(headers["audit-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers["cache-control"]).toBe("no-cache, private");
    expect(headers["warning"]).toBe('299 - "Widgets are \\"old\\""');
  });

  it("are listed from their stored texts, built-in ones without their kind", async () => {
    await server.given(aConfigMap("listed"));
    await server.given({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w", namespace: "default" },
    });
    const maps = (await callApi(server, CONFIG_MAPS)).json as { items: object[] };
    expect(maps).toMatchObject({
      kind: "ConfigMapList",
      apiVersion: "v1",
      metadata: { resourceVersion: expect.any(String) },
    });
    expect(maps.items[0]).not.toHaveProperty("kind");
    const widgets = (await callApi(server, WIDGETS)).json as { items: object[] };
    expect(widgets.items[0]).toMatchObject({ kind: "Widget", apiVersion: "example.com/v1" });
  });

  it("are shown as tables, as metadata and as YAML to whoever wants that", async () => {
    await server.given(aConfigMap("shown"));
    const as = (shape: string) => ({
      headers: { accept: `application/json;as=${shape};v=v1;g=meta.k8s.io` },
    });
    expect((await callApi(server, `${CONFIG_MAPS}/shown`, as("Table"))).json).toMatchObject({
      kind: "Table",
      columnDefinitions: [{ name: "Name", type: "string", priority: 0 }, { name: "Data" }, { name: "Age" }],
      rows: [
        {
          cells: ["shown", 1, expect.any(String)],
          object: { kind: "PartialObjectMetadata", metadata: { name: "shown" } },
        },
      ],
    });
    const whole = await callApi(
      server,
      `${CONFIG_MAPS}?includeObject=Object&fieldSelector=metadata.name=shown`,
      as("Table"),
    );
    expect(whole.json).toMatchObject({ rows: [{ object: { kind: "ConfigMap", data: { x: "1" } } }] });
    expect((await callApi(server, CONFIG_MAPS, as("PartialObjectMetadataList"))).json).toMatchObject({
      kind: "PartialObjectMetadataList",
      items: expect.arrayContaining([expect.objectContaining({ kind: "PartialObjectMetadata" })]),
    });
    const yaml = await callApi(server, `${CONFIG_MAPS}/shown`, { headers: { accept: "application/yaml" } });
    expect(yaml.headers["content-type"]).toBe("application/yaml");
    expect(yaml.text).toContain('data:\n  x: "1"\n');
  });

  it("are taken as YAML too", async () => {
    const call = {
      method: "POST",
      headers: { "content-type": "application/yaml" },
      body: "metadata: {name: from-yaml}\n",
    };
    expect(await callApi(server, CONFIG_MAPS, call)).toMatchObject({
      status: 201,
      json: { kind: "ConfigMap" },
    });
  });

  it("travel compressed when they are many and the caller can unpack them", async () => {
    await server.given({ ...aConfigMap("large"), data: { x: "y".repeat(200_000) } });
    const response = await openStream(server, `${CONFIG_MAPS}/large`, {
      headers: { "accept-encoding": "gzip" },
    });
    expect(response.headers["content-encoding"]).toBe("gzip");
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString())).toMatchObject({
      metadata: { name: "large" },
    });
    const plain = await callApi(server, `${CONFIG_MAPS}/large`);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.text).toHaveLength(Number(plain.headers["content-length"]));
  });
});

describe("refusals", () => {
  const refusal = async (path: string, call: Parameters<typeof callApi>[2] = {}) => {
    const { status, json } = await callApi(server, path, call);
    return { status, reason: (json as { reason?: string } | undefined)?.reason };
  };

  it("name what is wrong with a request", async () => {
    const post = (body: unknown, type = "application/json") =>
      refusal(CONFIG_MAPS, { method: "POST", body, headers: { "content-type": type } });
    expect(await post("{")).toEqual({ status: 400, reason: "BadRequest" });
    expect(await post("x", "text/html")).toEqual({ status: 415, reason: "UnsupportedMediaType" });
    expect(await post("k8s\0", "application/vnd.kubernetes.protobuf")).toEqual({
      status: 400,
      reason: "BadRequest",
    });
    expect(await post({ x: "y".repeat(4 * 1024 * 1024) })).toEqual({
      status: 413,
      reason: "RequestEntityTooLarge",
    });
    expect(await refusal(CONFIG_MAPS, { headers: { accept: "text/html" } })).toEqual({
      status: 406,
      reason: "NotAcceptable",
    });
    expect(await refusal(CONFIG_MAPS, { method: "PUT", body: {} })).toEqual({
      status: 405,
      reason: "MethodNotAllowed",
    });
    expect(await refusal("/api/v1/configmaps", { method: "POST", body: {} })).toEqual({
      status: 405,
      reason: "MethodNotAllowed",
    });
    expect(await refusal(`${CONFIG_MAPS}?limit=x`)).toEqual({ status: 400, reason: "BadRequest" });
    expect(await refusal(`${CONFIG_MAPS}?watch=perhaps`)).toEqual({ status: 400, reason: "BadRequest" });
  });

  it("of a strategic merge patch to a custom kind are a matter of its media type", async () => {
    await server.given({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "x", namespace: "default" },
    });
    const patch = (type: string, query = "") =>
      refusal(`${WIDGETS}/x${query}`, { method: "PATCH", body: {}, headers: { "content-type": type } });
    expect(await patch("application/strategic-merge-patch+json")).toEqual({
      status: 415,
      reason: "UnsupportedMediaType",
    });
    expect(await patch("application/merge-patch+json", "?force=true")).toEqual({
      status: 422,
      reason: "Invalid",
    });
    expect(await patch("application/apply-patch+yaml")).toEqual({ status: 422, reason: "Invalid" });
    expect(await patch("application/json-patch+json")).toEqual({ status: 400, reason: "BadRequest" });
  });

  it("are plain text where nothing is served", async () => {
    for (const path of [
      "/api/v1/nothings",
      "/apis/no.group/v1/x",
      "/api/v1/namespaces/default/configmaps/x/log",
      "/x",
      "/api/v2",
    ]) {
      expect(await callApi(server, path)).toMatchObject({ status: 404, text: "404 page not found\n" });
    }
  });
});

describe("discovery", () => {
  const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

  it("is aggregated for whoever asks for exactly that, and is not sent twice", async () => {
    const call = { headers: { accept: `${AGGREGATED},application/json` } };
    const { headers, json } = await callApi(server, "/apis", call);
    expect(headers["content-type"]).toBe(AGGREGATED);
    expect(json).toMatchObject({
      kind: "APIGroupDiscoveryList",
      items: expect.arrayContaining([expect.objectContaining({ metadata: { name: "example.com" } })]),
    });
    const again = { headers: { ...call.headers, "if-none-match": headers.etag } };
    expect(await callApi(server, "/apis", again)).toMatchObject({ status: 304, text: "" });
  });

  it("answers a version that it does not know in the old form", async () => {
    const accept =
      "application/json;g=apidiscovery.k8s.io;v=v2beta9;as=APIGroupDiscoveryList,application/json";
    expect((await callApi(server, "/api", { headers: { accept } })).json).toMatchObject({
      kind: "APIVersions",
    });
    const beta = AGGREGATED.replace("v=v2", "v=v2beta1");
    expect((await callApi(server, "/api", { headers: { accept: beta } })).headers["content-type"]).toBe(beta);
  });

  it("follows the registry", async () => {
    const list = async () => (await callApi(server, "/api/v1")).text;
    expect(await list()).toContain('"configmaps"');
    expect((await callApi(server, "/apis/gone.example/v1")).status).toBe(404);
  });
});

describe("documents", () => {
  it("of OpenAPI are kept for ever under their hash, and a wrong hash leads to the right one", async () => {
    const index = (await callApi(server, "/openapi/v3")).json as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const url = index.paths["apis/example.com/v1"]?.serverRelativeURL ?? "";
    const { status, headers } = await callApi(server, url);
    expect({ status, cache: headers["cache-control"] }).toEqual({ status: 200, cache: "public, immutable" });
    const moved = await callApi(server, `${url}x`);
    expect({ status: moved.status, location: moved.headers.location }).toEqual({
      status: 301,
      location: url,
    });
    expect((await callApi(server, "/openapi/v3/apis/no.such/v1")).status).toBe(404);
  });
});

describe("the listener", () => {
  it("speaks HTTP/2, many requests on one connection", async () => {
    const { caCertificatePem, admin } = server.identity.credentials;
    const session = connect(server.url, {
      ca: caCertificatePem,
      cert: admin.certificatePem,
      key: admin.keyPem,
    });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const stream = session.request({ ":path": CONFIG_MAPS });
        const [headers] = await once(stream.resume(), "response");
        return headers[":status"];
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    await new Promise<void>((resolve) => session.close(resolve));
  });

  it("answers on a Unix socket too, which only the owner may use", async () => {
    const socketPath = join(server.identity.dataDirectory, "api.sock");
    const other = await startTestServer({ socketPath });
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    const call = { socketPath, headers: { host: "kubernetes.default.svc" } };
    expect((await callApi(other, "/version", call)).status).toBe(200);
    await other.remove();
  });

  it("says that a port is in use", async () => {
    const { api, registry, node, identity, port } = server;
    await expect(
      serveKubernetes({ api, registry, node, identity, clock: SYSTEM_CLOCK, port }),
    ).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}: the port is in use`);
  });

  it("ends watches cleanly when it closes", async () => {
    const closing = await startTestServer();
    const response = await openStream(closing, `${CONFIG_MAPS}?watch=1`);
    const ended = once(response.resume(), "end");
    await closing.remove();
    await ended;
    expect(response.complete).toBe(true);
  });

  it("writes a kubeconfig for the owner alone, and knows its own certificates at the next start", async () => {
    const { kubeconfigPath, url, identity } = server;
    expect(statSync(kubeconfigPath).mode & 0o777).toBe(0o600);
    expect(readFileSync(kubeconfigPath, "utf8")).toContain(`server: ${url}\n`);
    expect(loadServerIdentity(identity.dataDirectory, SYSTEM_CLOCK).credentials).toEqual(
      identity.credentials,
    );
  });
});
