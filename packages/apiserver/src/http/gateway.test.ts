import { get } from "node:http";
import { create, type Message } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Cluster,
  ClusterSchema,
  ComputeTemplateSchema,
  ListClustersResponseSchema,
} from "@heliostat/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiServer } from "../api-server.ts";
import { ApiError } from "../errors/api-error.ts";
import { served, TOKEN } from "../testing/served-handlers.ts";

/** The answer of a handler that has none. */
const NEVER = new Promise<Message>(() => undefined);

const N = "/apis/v1/namespaces/demo";
let server: ApiServer;
/** What the last call's handler was given. */
let asked: { readonly method: string; readonly request: Message; readonly version: string } | undefined;

beforeAll(async () => {
  server = await served(
    (method, request, { version }) => {
      asked = { method: method.name, request, version };
      if (method.name === "GetCluster") return cluster();
      if (method.name === "GetComputeTemplate")
        throw new ApiError("NotFound", "Compute template x not found");
      if (method.name === "DeleteCluster") throw new TypeError("a secret of ours");
      if (method.name === "GetJobLog") return NEVER;
      if (method.name === "ListCluster") {
        return create(ListClustersResponseSchema, { clusters: [cluster()], continue: "next" });
      }
      return undefined;
    },
    { corsOrigin: "https://portal.example", bodyBytesMax: 65_536 },
  );
});

afterAll(() => server.stop());

describe("JSON of v1 (reference §1.4)", () => {
  test("names in camel case, enums as numbers, zero and empty left out, no charset", async () => {
    const { status, headers, body } = await call("GET", `${N}/clusters/a`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("grpc-metadata-content-type")).toBe("application/grpc");
    expect(body).toEqual({
      name: "a",
      namespace: "demo",
      environment: 2,
      clusterSpec: { workerGroupSpec: [{ groupName: "w", maxReplicas: 5 }] },
      createdAt: "2026-01-02T03:04:05Z",
    });
  });

  test("a list has its elements and its token, an empty one nothing", async () => {
    expect((await call("GET", `${N}/clusters`)).body).toMatchObject({
      clusters: [{ name: "a" }],
      continue: "next",
    });
    expect((await call("GET", `${N}/jobs`)).body).toEqual({});
  });

  test.each([
    ["camel case", '{"name":"t","gpuAccelerator":"x"}'],
    ["snake case", '{"name":"t","gpu_accelerator":"x"}'],
    [
      "numbers as text, null, unknown fields",
      '{"name":"t","gpuAccelerator":"x","cpu":"0","gpu":null,"colour":1}',
    ],
  ])("a body may have %s", async (_, body) => {
    await call("POST", `${N}/compute_templates`, { body });
    expect(asked?.request).toMatchObject({
      namespace: "demo",
      computeTemplate: create(ComputeTemplateSchema, { name: "t", gpuAccelerator: "x" }),
    });
  });

  test.each([
    ["no JSON", "{"],
    ["an array", "[]"],
    ["a wrong type", '{"cpu":{}}'],
    ["a negative count", '{"cpu":-1}'],
    ["a name twice", '{"name":"a","name":"b"}'],
    ["both spellings of a name", '{"gpuAccelerator":"a","gpu_accelerator":"b"}'],
    ["a lone surrogate", '{"name":"\\ud800"}'],
    ["no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ["great depth", `${'{"tolerations":['.repeat(3_000)}`],
  ])("%s is 400 with code 3", async (_, body) => {
    expect(await call("POST", `${N}/compute_templates`, { body })).toMatchObject({
      status: 400,
      body: { code: 3 },
    });
  });

  test("a body that is too large is 413", async () => {
    const body = `{"name":"${"x".repeat(70_000)}"}`;
    expect(await call("POST", `${N}/compute_templates`, { body })).toMatchObject({
      status: 413,
      body: { code: 8 },
    });
  });

  test("no body, or one of any content type, is an object", async () => {
    await call("POST", `${N}/clusters`);
    expect(asked?.request).toMatchObject({ cluster: create(ClusterSchema) });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    await call("POST", `${N}/clusters`, { body: '{"name":"a"}', headers: form });
    expect(asked).toMatchObject({ method: "CreateCluster", request: { cluster: { name: "a" } } });
    await call("POST", `${N}/clusters`, { body: '{"name":"b"}', headers: { "content-type": ";;" } });
    expect(asked?.request).toMatchObject({ cluster: { name: "b" } });
  });

  test("parameters have both spellings, unknown ones are ignored, repeated and unreadable ones are 400", async () => {
    await call("GET", `${N}/services?pageToken=t&page_size=3&colour=1`);
    expect(asked?.request).toMatchObject({ pageToken: "t", pageSize: 3 });
    await call("GET", `${N}/clusters?limit=&continue=`);
    expect(asked?.request).toMatchObject({ limit: 0n, continue: "" });
    for (const query of ["limit=1&limit=2", "limit=many", "limit=1.5"]) {
      expect(await call("GET", `${N}/clusters?${query}`)).toMatchObject({ status: 400, body: { code: 3 } });
    }
  });
});

describe("routing (reference §1.5)", () => {
  test("a trailing slash is an object with an empty name, not the list", async () => {
    await call("GET", `${N}/clusters/`);
    expect(asked).toMatchObject({ method: "GetCluster", request: { name: "" } });
  });

  test("an empty namespace leads to the cleaned path, which is not found", async () => {
    const { status, headers } = await call("GET", "/apis/v1/namespaces//clusters?limit=1");
    expect([status, headers.get("location")]).toEqual([301, "/apis/v1/namespaces/clusters?limit=1"]);
    expect(await call("GET", "/apis/v1/namespaces/clusters")).toMatchObject({
      status: 404,
      body: { code: 5, message: "Not Found" },
    });
  });

  test.each(["PUT", "PATCH", "HEAD"])("%s where a path has other verbs is 501", async (verb) => {
    const { status, body } = await call(verb, `${N}/clusters`);
    expect(status).toBe(501);
    if (verb !== "HEAD") expect(body).toEqual({ code: 12, message: "Method Not Allowed" });
  });

  test.each(["/", "/apis/v1/image_templates", `${N}/image_templates/a`, "/apis/v3/clusters"])(
    "%s is 404 without saying who calls",
    async (path) => {
      expect(await call("GET", path, { token: "" })).toMatchObject({ status: 404, body: { code: 5 } });
    },
  );

  test("a bad percent-escape is 400, a good one is decoded", async () => {
    expect(await call("GET", `${N}/clusters/%zz`)).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await call("GET", `${N}/clusters/%ff`)).toMatchObject({ status: 400, body: { code: 3 } });
    await call("GET", `${N}/clusters/a%2Fb`);
    expect(asked?.request).toMatchObject({ name: "a/b" });
  });

  test("a form sent to a path without POST is its GET, or what the override says", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await call("POST", "/apis/v1/clusters?limit=2", { headers, body: "continue=t" });
    expect(asked).toMatchObject({ method: "ListAllClusters", request: { limit: 2n, continue: "t" } });
    await call("POST", `${N}/jobs/j`, { headers: { ...headers, "x-http-method-override": "delete" } });
    expect(asked).toMatchObject({ method: "DeleteRayJob", request: { name: "j" } });
  });

  test("submitting, stopping and a log are told apart", async () => {
    const seen: unknown[] = [];
    for (const [verb, rest] of [
      ["POST", "c"],
      ["POST", "c/s"],
      ["GET", "c/log"],
    ] as const) {
      await call(verb, `${N}/jobsubmissions/${rest}`);
      seen.push(asked?.method);
    }
    await call("GET", `${N}/jobsubmissions/c/log/s`, { headers: { "grpc-timeout": "1m" } });
    expect(seen.concat(asked?.method)).toEqual(["SubmitRayJob", "StopRayJob", "GetJobDetails", "GetJobLog"]);
  });
});

describe("errors (reference §1.7)", () => {
  test("what a handler refuses has its code and its words, and nothing else", async () => {
    expect(await call("GET", `${N}/compute_templates/x`)).toMatchObject({
      status: 404,
      body: { code: 5, message: "Compute template x not found" },
    });
  });

  test("our own mistakes are 500 and keep their text", async () => {
    const { status, body } = await call("DELETE", `${N}/clusters/a`);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  test.each([
    ["no token", ""],
    ["a wrong token", "wrong"],
  ])("%s is 401", async (_, token) => {
    const { status, headers, body } = await call("GET", `${N}/clusters`, { token });
    expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(body).toMatchObject({ code: 16 });
  });

  test("a deadline that has passed is 504", async () => {
    const { status, body } = await call("GET", `${N}/jobsubmissions/c/log/s`, {
      headers: { "grpc-timeout": "5m" },
    });
    expect([status, body]).toMatchObject([504, { code: 4 }]);
    expect(await call("GET", `${N}/clusters/a`, { headers: { "grpc-timeout": "soon" } })).toMatchObject({
      status: 400,
    });
  });
});

describe("v1alpha2", () => {
  const OLD = "/apis/v1alpha2/namespaces/demo";

  test("clusters are printed as in the document", async () => {
    expect((await call("GET", `${OLD}/clusters`)).body).toEqual({
      clusters: [
        {
          name: "a",
          namespace: "demo",
          environment: "STAGING",
          cluster_spec: {
            worker_group_spec: [{ group_name: "w", replicas: 0, min_replicas: 0, max_replicas: 5 }],
          },
          created_at: "2026-01-02T03:04:05Z",
          deleted_at: null,
        },
      ],
      continue: "next",
    });
    expect(asked?.version).toBe("v1alpha2");
    expect((await call("GET", `${OLD}/compute_templates`)).body).toEqual({ compute_templates: [] });
  });

  test("any spelling is accepted, twice the same field is not", async () => {
    const body = (name: string): string =>
      JSON.stringify({ serve_deployment_graph_spec: { serveConfigs: [{ actor_options: { [name]: 2 } }] } });
    for (const name of ["cpus", "cpusPerActor", "cpus_per_actor"]) {
      await call("POST", `${OLD}/services`, { body: body(name) });
      expect(asked?.request).toMatchObject({
        service: { serveDeploymentGraphSpec: { serveConfigs: [{ actorOptions: { cpusPerActor: 2 } }] } },
      });
    }
    for (const twice of ['{"user":"a","user":"b"}', '{"clusterSpec":{},"cluster_spec":{}}']) {
      expect(await call("POST", `${OLD}/services`, { body: twice })).toMatchObject({
        status: 400,
        body: { code: 3 },
      });
    }
  });

  test("a job may be created at the collection of all, its namespace in the query or the body", async () => {
    await call("POST", "/apis/v1alpha2/jobs?namespace=q", { body: '{"name":"j"}' });
    expect(asked).toMatchObject({ method: "CreateRayJob", request: { namespace: "q", job: { name: "j" } } });
    await call("POST", "/apis/v1alpha2/jobs", { body: '{"namespace":"b"}' });
    expect(asked?.request).toMatchObject({ namespace: "b" });
    expect((await call("POST", "/apis/v1/jobs")).status).toBe(501);
  });
});

test("a target with scheme and host, as proxies send it, is the path behind them", async () => {
  const { port } = new URL(server.httpUrl);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const path = `http://elsewhere.example${N}/clusters`;
  const status = await new Promise((resolve, reject) => {
    get({ port, path, headers }, (answer) => resolve(answer.resume().statusCode)).on("error", reject);
  });
  expect(status).toBe(200);
});

test("a body in an encoding is refused with what to do", async () => {
  const headers = { "content-encoding": "gzip" };
  const refused = await call("POST", `${N}/compute_templates`, { body: new Uint8Array([31, 139]), headers });
  expect(refused).toMatchObject({
    status: 415,
    body: { code: 3, message: expect.stringMatching(/"gzip"\. Send it as it is/) },
  });
});

describe("browsers and operators", () => {
  test("CORS answers for the API, with Authorization, and not for metrics", async () => {
    const preflight = { origin: "https://portal.example", "access-control-request-method": "POST" };
    const { status, headers } = await call("OPTIONS", `${N}/clusters`, { headers: preflight, token: "" });
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-headers")).toContain("Authorization");
    expect(
      (await call("GET", "/metrics", { headers: preflight })).headers.has("access-control-allow-origin"),
    ).toBe(false);
  });

  test("a head alone is to be had of what belongs to the process, for load balancers", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics", "/swagger-ui/", "/openapi.json"]) {
      const { status, body } = await call("HEAD", path, { token: "" });
      expect([path, status, body]).toEqual([path, 200, ""]);
    }
  });

  test("a request's id comes back, or is made", async () => {
    expect(
      (await call("GET", "/healthz", { headers: { "x-request-id": "mine" } })).headers.get("x-request-id"),
    ).toBe("mine");
    expect((await call("GET", "/nowhere")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("metrics count calls by method and code", async () => {
    await call("GET", `${N}/clusters/a`);
    const text = await (await fetch(`${server.httpUrl}/metrics`)).text();
    expect(text).toContain("# TYPE grpc_server_handling_seconds histogram");
    const labels = 'grpc_type="unary",grpc_service="proto.ClusterService",grpc_method="GetCluster"';
    expect(text).toMatch(new RegExp(`grpc_server_handling_seconds_bucket\\{le="\\+Inf",${labels}\\} [1-9]`));
    expect(text).toMatch(new RegExp(`grpc_server_handling_seconds_count\\{${labels}\\} [1-9]`));
    expect(text).toMatch(
      /grpc_server_handled_total\{grpc_type="unary",grpc_service="proto.ClusterService",grpc_method="GetCluster",grpc_code="OK"\} \d/,
    );
  });
});

interface Sent {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

async function call(
  method: string,
  path: string,
  { body, headers, token = TOKEN }: Sent = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }> {
  const answer = await fetch(`${server.httpUrl}${path}`, {
    method,
    redirect: "manual",
    headers: { ...headers, ...(token !== "" && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  return {
    status: answer.status,
    headers: answer.headers,
    body: isJson && text !== "" ? JSON.parse(text) : text,
  };
}

function cluster(): Cluster {
  return create(ClusterSchema, {
    name: "a",
    namespace: "demo",
    environment: 2,
    clusterSpec: { workerGroupSpec: [{ groupName: "w", maxReplicas: 5 }] },
    createdAt: timestampFromMs(Date.parse("2026-01-02T03:04:05Z")),
  });
}
