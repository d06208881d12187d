import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApiDocument } from "./openapi/openapi-document.ts";
import { ROUTES } from "./routes/route-table.ts";
import {
  becomesReady,
  daskOrgCluster,
  dominoCluster,
  dominoPod,
  type Reply,
  rayIoCluster,
  type ScalerBench,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

const REQUESTS = 10_000;
const AT_ONCE = 8;

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom(
    "",
    "demo",
    "none",
    "Small",
    "Huge",
    "a1",
    "1",
    "__proto__",
    "../x",
    "2020-01-01",
    "9".repeat(30),
  ),
);
const anyJson = fc.jsonValue({ maxDepth: 3 });
const count = fc.oneof(
  fc.nat(12),
  fc.integer(),
  fc.double(),
  fc.constantFrom("2", " 3 ", "-1", "x", null, true),
);
const KINDS = [
  ...[
    "rayclusters",
    "daskclusters",
    "sparkclusters",
    "mpiclusters",
    "rayclusters.ray.io",
    "daskclusters.kubernetes.dask.org",
  ],
  ...["daskworkergroups", "pods"],
];
const names = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("demo", "second", "none") },
  { weight: 1, arbitrary: text },
);

/** One request that might be meant, or might not. */
interface Fuzzed {
  readonly route: (typeof ROUTES)[number];
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly body: unknown;
  readonly type: string;
}

const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        replicas: count,
        cluster_name: names,
        group: fc.oneof(fc.constantFrom("worker", "a", "b", "default"), text),
        worker_hw_tier_name: fc.oneof(fc.constantFrom("Small", "Medium", "none"), anyJson),
        worker_hw_tier: text,
        worker_hw_tier_id: text,
        head_hw_tier_name: fc.constantFrom("Small", "Large", "none", ""),
      },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        replicas: count,
        group: fc.constantFrom("worker", "a", "b", "default", "none"),
        mode: fc.constantFrom("set", "floor", "pin", "x"),
        dryRun: fc.boolean(),
        takeover: fc.boolean(),
        tier: fc.constantFrom("Small", "none", 1),
        headTier: fc.constantFrom("Large", "none"),
      },
      { requiredKeys: ["replicas"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      { tier: fc.constantFrom("Small", "Large", "none"), startedAt: text },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: anyJson },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

const stamp = fc.oneof(
  fc.constantFrom("2020-01-01T00:00:00Z", "2030-01-01", "2020-01-01T00:00:00 00:00"),
  text,
);

const requests: fc.Arbitrary<Fuzzed> = fc
  .record({
    route: fc.constantFrom(...ROUTES),
    kind: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...KINDS) }, { weight: 1, arbitrary: text }),
    name: names,
    role: fc.constantFrom("head", "worker", "x"),
    method: fc.nat(3),
    query: fc.record(
      {
        started_at: stamp,
        startedAt: stamp,
        token: text,
        limit: fc.constantFrom("1", "0", "x", "500"),
        after: text,
        role: text,
        require_ready: text,
        previous_pod_uid: text,
      },
      { requiredKeys: [] },
    ),
    token: fc.constantFrom(
      TOKENS.admin,
      TOKENS.admin,
      TOKENS.alice,
      TOKENS.alice,
      TOKENS.bob,
      TOKENS.nobody,
      undefined,
    ),
    body,
    type: fc.constantFrom(
      "application/json",
      "application/json",
      "application/json; charset=utf-8",
      "text/plain",
    ),
  })
  .map(({ route, kind, name, role, method, query, token, body: sent, type }) => ({
    route,
    method: route.methods[method % route.methods.length] ?? "GET",
    path: `${filled(route.path, { kind, name, node_type: role, namespace: "team", pod: `${name}-ray-head-0` })}${queryOf(query)}`,
    token,
    body: sent,
    type,
  }));

describe("every reply", () => {
  let bench: ScalerBench;
  let validators: ReadonlyMap<string, ValidateFunction>;

  beforeAll(async () => {
    bench = await scalerBench();
    for (const kind of ["RayCluster", "DaskCluster", "SparkCluster"]) {
      await bench.given(dominoCluster(kind, "demo"));
      await bench.given(dominoCluster(kind, "second", { autoscaling: undefined, owner: "b2" }));
    }
    await bench.given(
      rayIoCluster("demo", [{ groupName: "a", replicas: 1, minReplicas: 0, maxReplicas: 4 }]),
    );
    await bench.given(
      rayIoCluster(
        "second",
        [
          { groupName: "a", replicas: 1, minReplicas: 0, maxReplicas: 4 },
          { groupName: "b", replicas: 1 },
        ],
        "b2",
      ),
    );
    await bench.given(daskOrgCluster("demo"));
    for (const role of ["ray-head", "dask-scheduler", "spark-master", "ray-worker"]) {
      await bench.given(dominoPod("demo", role));
      await becomesReady(bench.client, `demo-${role}-0`);
    }
    await bench.heard();
    validators = responseValidators();
  });
  afterAll(() => bench.stop());

  it(`of ${REQUESTS.toLocaleString("en")} generated requests is what the OpenAPI document says, and none is a failure of ours`, async () => {
    const statuses = new Map<number, number>();
    const wrong: string[] = [];
    const sample = fc.sample(requests, { numRuns: REQUESTS, seed: 20_260_101 });
    for (let from = 0; from < sample.length; from += AT_ONCE) {
      await Promise.all(
        sample.slice(from, from + AT_ONCE).map(async (request) => {
          const reply = await sent(request);
          statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
          const fault = faultOf(request, reply, validators);
          if (fault)
            wrong.push(
              `${request.method} ${request.path} ${JSON.stringify(request.body)?.slice(0, 150)}: ${fault}`,
            );
        }),
      );
    }
    expect(wrong.slice(0, 10)).toEqual([]);
    // A fuzzer that is refused at the door has tried nothing.
    expect((statuses.get(200) ?? 0) + (statuses.get(202) ?? 0)).toBeGreaterThan(REQUESTS / 10);
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  }, 240_000);

  it("is documented: every route of the table, and its kinds of answers", () => {
    const { paths } = openApiDocument() as { paths: Record<string, Record<string, { responses: object }>> };
    for (const { path, methods } of ROUTES)
      for (const method of methods)
        expect(Object.keys(paths[path]?.[method.toLowerCase()]?.responses ?? {}), path).not.toEqual([]);
    expect(Object.keys(paths)).toHaveLength(new Set(ROUTES.map(({ path }) => path)).size);
  });

  function sent({ method, path, token, body: content, type }: Fuzzed): Promise<Reply> {
    const hasBody = method !== "GET";
    return bench.call(`${method} ${path}`, {
      token,
      ...(hasBody && {
        body: typeof content === "string" ? content : (JSON.stringify(content) ?? ""),
        headers: { "content-type": type },
      }),
    });
  }
});

function faultOf(
  { route, method }: Fuzzed,
  reply: Reply,
  validators: ReadonlyMap<string, ValidateFunction>,
): string | undefined {
  if (reply.status >= 500) return `${reply.status} ${reply.text.slice(0, 300)}`;
  if (reply.headers["content-type"] !== "application/json") return `type ${reply.headers["content-type"]}`;
  if (reply.headers["cache-control"] !== "no-store") return `caching ${reply.headers["cache-control"]}`;
  // An empty segment is another path, and one of the table perhaps.
  if (reply.status === 404 && reply.json.message === "There is no such path") return undefined;
  if (reply.status === 405) return undefined;
  const validate = validators.get(`${method} ${route.path} ${reply.status}`);
  if (!validate) return `${reply.status} is not documented: ${reply.text.slice(0, 200)}`;
  return validate(reply.json)
    ? undefined
    : `${JSON.stringify(validate.errors).slice(0, 300)} in ${reply.text.slice(0, 200)}`;
}

function responseValidators(): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  const document = openApiDocument() as {
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content: { "application/json": { schema: object } } }> }>
    >;
    components: object;
  };
  return new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses).map(([status, { content }]) => {
          const { schema } = content["application/json"];
          const whole = { ...schema, components: document.components };
          return [`${method.toUpperCase()} ${path} ${status}`, ajv.compile(whole)] as const;
        }),
      ),
    ),
  );
}

function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(wellFormed(values[name] ?? "")));
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(wellFormed(value))}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function wellFormed(value: string): string {
  return value.replace(/[\ud800-\udfff]/g, "x");
}
