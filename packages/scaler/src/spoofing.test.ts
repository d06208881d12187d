import { connect } from "node:net";
import type { KubeObject } from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dominoCluster,
  OWNER_LABEL,
  type Reply,
  type ScalerBench,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

/** Names that are meant to be paths, queries, code, or another object. */
const NAMES = [
  ..."../x|..%2fx|..%2F..%2Fsecrets|%2e%2e%2fx|....//x|x/../../y|%00|x%00|x%0d%0aSet-Cookie:a=b|x%0aX:1".split(
    "|",
  ),
  ..."x?dryRun=All|x%3fdryRun=All|x#y|x%23y|x;y|x%3By|x%20y|%20|x%09|$(id)|`id`|$%7Bjndi:ldap://a}|{{7*7}}".split(
    "|",
  ),
  ..."__proto__|constructor|prototype|toString|hasOwnProperty|valueOf|X|UPPER|ünï|%C3%BC|%ff|%c0%ae%c0%ae|-a|a-|.a|a.".split(
    "|",
  ),
  ..."*|a*|%2a|'or'1'='1|%27%3B--|\"x\"|<script>|%3Cscript%3E|\\\\x|%5cx|a:b|a@b|a,b|a=b|a&b|[::1]|127.0.0.1:80|0|null".split(
    "|",
  ),
  "a".repeat(254),
  "a".repeat(511),
  `${"a.".repeat(126)}a`,
  "others/status",
  "others%2Fstatus",
  "others/scale",
].map((name) => name.replace(/["<>\\^`{|}\u0080-\uffff]/g, encodeURIComponent));

const NAMED_ROUTES = [
  "GET /cluster/rayclusters/",
  "GET /ddl_cluster_scaler/cluster/rayclusters/",
  "PATCH /ddl_cluster_scaler/scale/rayclusters/",
  "PATCH /ddl_cluster_scaler/restart_head/rayclusters/",
  "GET /api/v1/clusters/rayclusters/",
];

/** Kinds that are none of ours. */
const KINDS = [
  ..."pods|secrets|rayclusters/|rayclusters.apps|RAYCLUSTERS|raycluster|__proto__|constructor|..|%2e%2e|*".split(
    "|",
  ),
  ..."rayclusters%00|rayclusters%20|rayclusters.ray.io.|nodes|mpicluster|rayjobs|rayservices|rayclusters%2Fothers".split(
    "|",
  ),
];

const BEARER = `Authorization: Bearer ${TOKENS.alice}\r\n`;

/** Members that would matter if somebody copied a body carelessly. */
const MEMBERS: readonly object[] = [
  { metadata: { labels: { [OWNER_LABEL]: "b2" } } },
  { labels: { [OWNER_LABEL]: "b2" } },
  { spec: { image: { repository: "evil" } } },
  { object: { spec: { worker: { replicas: 100 } } } },
  { owner: "b2" },
  { name: "others" },
  { namespace: "kube-system" },
  { kind: "secrets" },
  { cluster_name: "others" },
  { isAdmin: true },
  { admin: true },
  { caller: { isAdmin: true } },
  { maxReplicas: 1000 },
  { minReplicas: 0 },
  { raisesCeiling: true },
  { limit: 1000 },
  { annotations: { "heliostat.dev/owner": "b2" } },
  { operations: [{ op: "replace", path: "/metadata/labels", value: {} }] },
  { patch: [{ op: "remove", path: "/spec" }] },
  { writes: [] },
  { subresource: "status" },
  { fieldManager: "heliostat-scaler" },
  { force: true },
  { uid: "x", resourceVersion: "1" },
  { serviceAccount: "admin" },
  { envVars: [{ name: "X", value: "y" }] },
];

const REPLICAS: readonly unknown[] = [
  ...[-1, 1.5, 1e21, 2_147_483_647, Number.MAX_SAFE_INTEGER, null, true, false, [], [1], {}, { valueOf: 1 }],
  ...[
    "",
    " ",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "1_000",
    "٣",
    "１",
    "NaN",
    "Infinity",
    "1;2",
    "1\n",
    "\u00001",
    "9".repeat(400),
  ],
  ...["__proto__", "null", "true", "[1]", "2147483647", "0b1", "+1", "−1"],
];

/** Headers by which somebody might call himself somebody else. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...[
    "x-forwarded-user",
    "x-remote-user",
    "impersonate-user",
    "x-user",
    "x-auth-request-user",
    "x-domino-user",
  ].flatMap((name) => ["root", "alice", "a1", "system:admin"].map((value) => ({ [name]: value }))),
  ...[
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "Forwarded",
  ].flatMap((name) => ["/healthz", "DELETE", "127.0.0.1", "localhost"].map((value) => ({ [name]: value }))),
  { "impersonate-group": "system:masters" },
  { cookie: "session=root" },
];

/** Credentials that are none. */
const CREDENTIALS: readonly Readonly<Record<string, string>>[] = [
  ...[
    "",
    "Bearer",
    "Bearer ",
    "Basic cm9vdDpyb290",
    "Bearer null",
    "Bearer undefined",
    "Bearer [object Object]",
  ].map((authorization) => ({ authorization })),
  ...[
    `Bearer ${TOKENS.admin} x`,
    `Bearer ${TOKENS.admin.slice(1)}`,
    `Bearer ${TOKENS.admin}A`,
    TOKENS.admin,
  ].map((authorization) => ({ authorization })),
  ...[`bearer:${TOKENS.admin}`, `Token ${TOKENS.admin}`, `Bearer ${TOKENS.admin.toUpperCase()}`].map(
    (authorization) => ({ authorization }),
  ),
  ...["", "null", "{}", TOKENS.admin.slice(0, -1), `${TOKENS.admin},${TOKENS.admin}`].map((key) => ({
    "x-domino-api-key": key,
  })),
  { "x-domino-api-key": "wrong-wrong-wrong-wrong", authorization: `Bearer ${TOKENS.admin}` },
  { "x-api-key": TOKENS.admin },
  { "api-key": TOKENS.admin },
  { "proxy-authorization": `Bearer ${TOKENS.admin}` },
];

describe("inputs that mean harm", () => {
  let bench: ScalerBench;
  let tried = 0;

  beforeAll(async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "mine"));
    await bench.given(dominoCluster("RayCluster", "others", { owner: "b2" }));
    await bench.heard();
  });
  afterAll(async () => {
    await bench.stop();
    expect(tried).toBeGreaterThanOrEqual(300);
  });

  const stateOf = async (name: string): Promise<unknown> => {
    const { metadata, ...rest } = (await bench.stored(
      "distributed-compute.dominodatalab.com/v1alpha1/RayCluster",
      name,
    )) as KubeObject;
    return { labels: metadata.labels, annotations: metadata.annotations, rest };
  };

  /** Nobody's cluster has changed, and nothing has got into every object. */
  async function unharmed(work: () => Promise<void>): Promise<void> {
    const before = [await stateOf("mine"), await stateOf("others")];
    await work();
    expect([await stateOf("mine"), await stateOf("others")]).toEqual(before);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  }

  function refused({ status, headers }: Reply, what: string): void {
    tried += 1;
    expect(status, what).toBeGreaterThanOrEqual(400);
    expect(status, what).toBeLessThan(500);
    expect(headers["content-type"], what).toBe("application/json");
    expect(headers["cache-control"], what).toBe("no-store");
    expect(headers["set-cookie"], what).toBeUndefined();
  }

  it("names reach nothing but clusters of that very name", () =>
    unharmed(async () => {
      for (const route of NAMED_ROUTES)
        for (const name of NAMES)
          refused(
            await bench.call(`${route}${name}`, { token: TOKENS.alice, body: { replicas: 1 } }),
            `${route}${name}`,
          );
      for (const name of NAMES) {
        const body = { cluster_name: decoded(name), replicas: 1 };
        refused(await bench.call("POST /cluster/scale/rayclusters", { token: TOKENS.alice, body }), name);
      }
    }));

  it("kinds are ours or none", () =>
    unharmed(async () => {
      for (const kind of KINDS) {
        refused(await bench.call(`GET /ddl_cluster_scaler/list/${kind}`, { token: TOKENS.admin }), kind);
        refused(
          await bench.call(`PATCH /ddl_cluster_scaler/scale/${kind}/mine`, {
            token: TOKENS.admin,
            body: { replicas: 1 },
          }),
          kind,
        );
        refused(await bench.call(`GET /api/v1/clusters/${kind}`, { token: TOKENS.admin }), kind);
      }
    }));

  it("numbers are numbers", () =>
    unharmed(async () => {
      for (const replicas of REPLICAS) {
        const call = { token: TOKENS.alice, body: { replicas, cluster_name: "mine" } };
        for (const request of [
          "PATCH /ddl_cluster_scaler/scale/rayclusters/mine",
          "POST /cluster/scale/rayclusters",
        ])
          refused(await bench.call(request, call), `${request} ${JSON.stringify(replicas)}`);
        const v1 = { token: TOKENS.alice, body: { replicas } };
        refused(
          await bench.call("POST /api/v1/clusters/rayclusters/mine/scale", v1),
          JSON.stringify(replicas),
        );
      }
    }));

  it.each([
    ["the nameless stay nameless", undefined, [...HEADERS, ...CREDENTIALS]],
    ["alice stays alice", TOKENS.alice, HEADERS],
  ] as const)("whatever headers say, %s", (_, token, tries) =>
    unharmed(async () => {
      for (const headers of tries) {
        const what = JSON.stringify(headers);
        const body = { replicas: 1 };
        refused(await bench.call("GET /cluster/rayclusters/others", { token, headers }), what);
        refused(
          await bench.call("POST /api/v1/clusters/rayclusters/others/scale", { token, headers, body }),
          what,
        );
        const seen = await bench.call("GET /ddl_cluster_scaler/list/rayclusters", { token, headers });
        expect(seen.json.count, what).toBe(token === undefined ? 0 : 1);
      }
    }),
  );

  it("members that a route does not know are refused, or change nothing", async () => {
    for (const members of MEMBERS) {
      const body = { replicas: 2, ...members };
      await unharmed(async () => {
        refused(
          await bench.call("POST /api/v1/clusters/rayclusters/mine/scale", { token: TOKENS.alice, body }),
          JSON.stringify(members),
        );
        refused(
          await bench.call("POST /api/v1/clusters/rayclusters/mine/restart", {
            token: TOKENS.alice,
            body: members,
          }),
          JSON.stringify(members),
        );
      });
      tried += 1;
      const before = (await stateOf("others")) as object;
      const { status, json } = await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/mine", {
        token: TOKENS.alice,
        body,
      });
      expect(status).toBe(200);
      expect(json.object.metadata).toMatchObject({ name: "mine", labels: { [OWNER_LABEL]: "a1" } });
      expect(json.object.spec).toMatchObject({
        autoscaling: { minReplicas: 2, maxReplicas: 5 },
        worker: { replicas: 2 },
        image: { repository: "rayproject/ray" },
      });
      expect(json.object.metadata.annotations["heliostat.dev/owner"]).toBe("a1");
      expect(await stateOf("others")).toEqual(before);
    }
  });

  it.each([
    '{"__proto__":{"polluted":1},"replicas":1}',
    '{"constructor":{"prototype":{"polluted":1}},"replicas":1}',
    '{"\\u005f_proto__":{"polluted":1},"replicas":1}',
  ])("%s pollutes nothing", (body) =>
    unharmed(async () => {
      for (const request of [
        "PATCH /ddl_cluster_scaler/scale/rayclusters/mine",
        "POST /api/v1/clusters/rayclusters/mine/scale",
      ])
        refused(await bench.call(request, { token: TOKENS.alice, body }), body);
    }),
  );

  it("a body that is too long, or of another type, is refused", () =>
    unharmed(async () => {
      const token = TOKENS.alice;
      const long = JSON.stringify({ replicas: 1, x: "x".repeat(65 * 1024) });
      for (const path of [
        "/ddl_cluster_scaler/scale/rayclusters/mine",
        "/api/v1/clusters/rayclusters/mine/scale",
      ])
        expect(await bench.call(`PATCH ${path}`, { token, body: long })).toMatchObject({
          status: 413,
          json: { error: "payload_too_large" },
        });
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json-patch+json",
        "multipart/form-data; boundary=x",
        "",
      ]) {
        const call = { token, body: '{"replicas":1}', headers: { "content-type": type } };
        refused(await bench.call("PATCH /api/v1/clusters/rayclusters/mine/scale", call), type);
        refused(await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/mine", call), type);
      }
      for (const body of ["[]", "1", '"x"', "null", "{", "{'a':1}", "\u0000", "[".repeat(60_000)]) {
        refused(
          await bench.call("PATCH /api/v1/clusters/rayclusters/mine/scale", { token, body }),
          body.slice(0, 9),
        );
        refused(
          await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/mine", { token, body }),
          body.slice(0, 9),
        );
      }
    }));

  it("paths and methods that there are not are told as JSON", async () => {
    for (const request of [
      "GET /",
      "GET /cluster",
      "GET /cluster/rayclusters/mine/",
      "GET //healthz",
      "GET /HEALTHZ",
      "GET /docs/../package.json",
      "GET /docs/%2e%2e%2fpackage.json",
      "GET /docs/index.html",
    ])
      expect(await bench.call(request, { token: TOKENS.admin }), request).toMatchObject({
        status: 404,
        json: { error: "not_found" },
      });
    for (const method of ["PUT", "DELETE", "OPTIONS", "PROPFIND", "QUERY", "TRACE"]) {
      const reply = await bench.call(`${method} /cluster/rayclusters/mine`, { token: TOKENS.admin });
      expect(reply, method).toMatchObject({
        status: 405,
        json: { error: "method_not_allowed" },
        headers: { allow: "GET, HEAD" },
      });
    }
  });

  it.each([
    ["two lengths", "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"],
    [
      "a length and chunks",
      "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
    ],
    ["no HTTP at all", "hello\r\n\r\n"],
    [
      "two identities",
      `GET /api/v1/whoami HTTP/1.1\r\nHost: a\r\n${BEARER}${BEARER}Connection: close\r\n\r\n`,
    ],
    ["a header of many kilobytes", `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(70_000)}\r\n\r\n`],
    ["a bare line feed in a header", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n"],
  ])("%s is refused as JSON", async (_, text) => {
    const { hostname, port } = new URL(bench.scaler.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let received = "";
      socket.on("data", (chunk) => {
        received += String(chunk);
      });
      socket.once("close", () => resolve(received));
      socket.once("error", reject);
    });
    expect(answer).toMatch(
      /^HTTP\/1\.1 4\d\d [\s\S]*Content-Type: application\/json[\s\S]*"error":"bad_request"/i,
    );
  });
});

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
