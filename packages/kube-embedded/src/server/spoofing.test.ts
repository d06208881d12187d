import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountToken, callAs, givenAccount } from "../testing/account-tokens.ts";
import { type ApiCall, callApi } from "../testing/api-caller.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const CANARY = "canary-that-nobody-may-read";
const TREASURE = "/api/v1/namespaces/kube-system/secrets/treasure";
const OWN_PODS = "/api/v1/namespaces/a/pods";
const RBAC_PATH = "/apis/rbac.authorization.k8s.io/v1";
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const READER = "system:serviceaccount:a:reader";

let server: TestServer;
let token: string;
let tried = 0;

beforeAll(async () => {
  server = await startTestServer({ authorization: "rbac" });
  await server.given({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } });
  await server.given({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "treasure", namespace: "kube-system" },
    stringData: { text: CANARY },
  });
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }];
  token = await givenAccount(server, { name: "reader", namespace: "a", rules });
});
afterAll(() => server.remove());

/** Whatever is said, it is not done, and nothing of it shows. */
async function expectRefused(
  what: string,
  path: string,
  call: ApiCall & { readonly token?: string },
): Promise<void> {
  tried += 1;
  const bearer = call.token ?? token;
  const { status, text } = await callAs(server, bearer, { ...call, path });
  expect(status, `${what}: ${text}`).toBeGreaterThanOrEqual(400);
  expect(status, `${what}: ${text}`).toBeLessThan(500);
  expect(text, what).not.toContain(CANARY);
  expect(text, what).not.toContain(Buffer.from(CANARY).toString("base64"));
}

describe("a caller who may only read his own pods", () => {
  it("can do so, and the treasure is there", async () => {
    expect((await callAs(server, token, { path: OWN_PODS })).status).toBe(200);
    expect((await callApi(server, TREASURE)).text).toContain(Buffer.from(CANARY).toString("base64"));
  });

  it("becomes nobody else by headers, however they are written", async () => {
    const users = [
      "system:admin",
      "heliostat-admin",
      "system:apiserver",
      "system:kubelet",
      "system:serviceaccount:kube-system:default",
      "root",
      READER,
      "jane, system:admin",
    ];
    const spellings = ["Impersonate-User", "impersonate-user", "IMPERSONATE-USER", "iMpErSoNaTe-UsEr"];
    for (const user of users)
      for (const name of spellings)
        await expectRefused(`${name}: ${user}`, TREASURE, { headers: { [name]: user } });
    const sets: readonly OutgoingHttpHeaders[] = [
      { "Impersonate-User": [READER, "system:admin"] },
      { "impersonate-user": READER, "Impersonate-Group": "system:masters" },
      { "impersonate-user": READER, "Impersonate-Group": ["dev", "system:masters"] },
      { "Impersonate-User": "x", "IMPERSONATE-GROUP": "dev, system:masters" },
      { "Impersonate-Group": "system:masters" },
      { "Impersonate-Uid": "1" },
      { "Impersonate-Uid": ["1", "2"], "Impersonate-User": READER },
      { "Impersonate-Extra-Scopes": "all" },
      { "Impersonate-Extra-": "all", "Impersonate-User": READER },
      { "Impersonate-Extra-%zz": "all", "Impersonate-User": READER },
      { "Impersonate-Users": "system:admin" },
      { "Impersonate-": "system:admin" },
      { "Impersonate-User": "" },
      { "Impersonate-User": "  " },
      { "Impersonate-User": "j\u00fcrgen" },
      { "X-Remote-User": "system:admin", "X-Remote-Group": "system:masters" },
      { "X-Forwarded-User": "system:admin" },
      { "X-Forwarded-Client-Cert": 'Subject="CN=heliostat-admin,O=system:masters"' },
      { "X-Client-Cert": "heliostat-admin" },
      { "X-Original-URL": OWN_PODS },
      { "X-Rewrite-URL": OWN_PODS },
      { "X-HTTP-Method-Override": "GET" },
      { Forwarded: "for=127.0.0.1;by=system:admin" },
    ];
    for (const headers of sets) await expectRefused(JSON.stringify(headers), TREASURE, { headers });
  });

  it("reaches no other path by the way it is written", async () => {
    const up = [
      "..",
      "%2e%2e",
      "%2E%2e",
      ".%2e",
      "..%2f",
      "%2e%2e%2f",
      "..%252f",
      "..%5c",
      "%c0%ae%c0%ae",
      "..;",
    ];
    const paths = [
      TREASURE,
      ...up.map((each) => `${OWN_PODS}/${each}/${each}/kube-system/secrets/treasure`),
      ...up.map((each) => `/api/v1/namespaces/a/${each}/kube-system/secrets/treasure`),
      ...up.map((each) => `${OWN_PODS}/x/${each}/${each}/${each}/kube-system/secrets/treasure`),
      "/api/v1/namespaces/a%2f..%2fkube-system/secrets/treasure",
      "/api/v1/namespaces/kube-system%2fsecrets%2ftreasure/pods",
      "/api/v1/namespaces/a/pods%2f..%2f..%2fkube-system%2fsecrets%2ftreasure",
      "/api/v1/namespaces/kube-system%00/secrets/treasure",
      "/api/v1/namespaces/./kube-system/secrets/treasure",
      "/api/v1/namespaces//kube-system/secrets/treasure",
      "//api/v1/namespaces/kube-system/secrets/treasure",
      "/./api/v1/namespaces/kube-system/secrets/treasure",
      "/version/..%2fapi/v1/namespaces/kube-system/secrets/treasure",
      "/version/../api/v1/namespaces/kube-system/secrets/treasure",
      "/openapi/../api/v1/namespaces/kube-system/secrets/treasure",
      "/API/V1/namespaces/kube-system/secrets/treasure",
      "/api/v1/namespaces/KUBE-SYSTEM/secrets/treasure",
      "/api/v1/namespaces/kube-system/Secrets/treasure",
      "/api/v1/namespaces/kube%2dsystem/secrets/treasure",
      "/api/v1/namespaces/kube-system/secret%73/treasure",
      "/%61pi/v1/namespaces/kube-system/secrets/treasure",
      "/api/v1/watch/namespaces/kube-system/secrets/treasure",
      "/api/v1/secrets",
      "/api/v1/secrets?fieldSelector=metadata.name%3Dtreasure",
      "/api/v1/watch/secrets",
      "/api/v1/namespaces/kube-system/secrets?watch=1",
      "/api/v1/namespaces/kube-system/secrets/treasure?namespace=a",
      "/api/v1/namespaces/kube-system/secrets/treasure/status",
      "/api/v1/namespaces/kube-system/secrets/treasure#/api/v1/namespaces/a/pods",
      `/api/v1/namespaces/kube-system/secrets/treasure?/../..${OWN_PODS}`,
      "/apis//v1/namespaces/kube-system/secrets/treasure",
      "/apis/core/v1/namespaces/kube-system/secrets/treasure",
      "/api/v1/proxy/namespaces/kube-system/secrets/treasure",
      `https://127.0.0.1${TREASURE}`,
    ];
    for (const path of paths) await expectRefused(path, path, {});
  });

  it("gets no more than its rights by writing", async () => {
    const all = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
    const subjects = [{ kind: "ServiceAccount", name: "reader", namespace: "a" }];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
    const role = { metadata: { name: "r" }, rules: all };
    const binding = { metadata: { name: "r" }, roleRef, subjects };
    const tokens = "/api/v1/namespaces/kube-system/serviceaccounts/default/token";
    const calls: readonly (readonly [method: string, path: string, body: object])[] = [
      ["POST", `${RBAC_PATH}/clusterroles`, role],
      ["PUT", `${RBAC_PATH}/clusterroles/r`, role],
      ["POST", `${RBAC_PATH}/clusterrolebindings`, binding],
      ["PUT", `${RBAC_PATH}/clusterrolebindings/cluster-admin`, binding],
      ["PATCH", `${RBAC_PATH}/clusterrolebindings/cluster-admin`, { subjects }],
      ["POST", `${RBAC_PATH}/namespaces/a/roles`, role],
      ["PUT", `${RBAC_PATH}/namespaces/a/roles/reader`, { ...role, metadata: { name: "reader" } }],
      ["POST", `${RBAC_PATH}/namespaces/a/rolebindings`, binding],
      ["DELETE", `${RBAC_PATH}/namespaces/a/rolebindings`, {}],
      ["POST", tokens, { spec: {} }],
      ["POST", tokens.replace("kube-system", "a"), { spec: {} }],
      ["POST", OWN_PODS, { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } }],
      ["POST", `${OWN_PODS}/p/exec?command=sh`, {}],
      ["GET", `${OWN_PODS}/p/proxy/`, {}],
      ["POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: { user: "x" } }],
      ["POST", "/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: "x" } }],
      ["PUT", TREASURE, { metadata: { name: "treasure" } }],
      ["PATCH", TREASURE, {}],
      ["DELETE", TREASURE, {}],
      ["HEAD", TREASURE, {}],
      ["OPTIONS", TREASURE, {}],
      ["TRACE", TREASURE, {}],
    ];
    for (const [method, path, body] of calls)
      await expectRefused(`${method} ${path}`, path, { method, body });
  });
});

describe("a token that is not what it says", () => {
  const claims = (more: object = {}): JWTPayload => ({
    iss: ISSUER,
    aud: ISSUER,
    sub: READER,
    iat: now() - 10,
    nbf: now() - 10,
    exp: now() + 3600,
    ...more,
  });

  it("is refused when it was not signed by us, with our key and our algorithm", async () => {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const own = JSON.parse(Buffer.from(payload, "base64url").toString()) as JWTPayload;
    const { privateKey: otherKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { privateKey: rsaKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const publicPem = createPublicKey(server.identity.credentials.tokenKeyPem)
      .export({ type: "spki", format: "pem" })
      .toString();
    const forged = [
      ...["none", "None", "NONE", "nOnE", ""].flatMap((alg) => [
        `${part({ alg })}.${payload}.`,
        `${part({ alg, typ: "JWT" })}.${payload}.${signature}`,
        `${part({ alg })}.${payload}`,
      ]),
      await signed(own, { alg: "HS256", key: Buffer.from(publicPem) }),
      await signed(own, { alg: "HS512", key: Buffer.from(publicPem) }),
      await signed(own, { alg: "ES256", key: otherKey }),
      await signed(own, { alg: "RS256", key: rsaKey }),
      await signed(own, { alg: "PS256", key: rsaKey }),
      `${part({ alg: "ES256", jwk: otherKey.export({ format: "jwk" }) })}.${payload}.${signature}`,
      `${part({ alg: "ES256", kid: "../../../dev/null" })}.${payload}.${signature}`,
      `${header}.${part({ ...own, sub: "system:admin" })}.${signature}`,
      `${header}.${part({ ...own, exp: now() + 10 ** 9 })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${header}.${payload}.${"A".repeat(86)}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}..${signature}`,
      `.${payload}.${signature}`,
      `${token}.${signature}`,
      `${token}x`,
      `x${token}`,
      token.toUpperCase(),
      token.slice(1),
      token.slice(0, token.length / 2),
      `${token},${token}`,
    ];
    for (const each of forged) await expectUnknown(each);
  });

  it("is refused when it is ours but for others, not yet or no longer valid, or of another kind", async () => {
    const key = ownKey();
    const account = await uidOf("/api/v1/namespaces/a/serviceaccounts/reader");
    const about = { "kubernetes.io": { namespace: "a", serviceaccount: { name: "reader", uid: account } } };
    const genuine = await signed(claims(about), { alg: "ES256", key });
    expect((await callAs(server, genuine, { path: OWN_PODS })).status).toBe(200);
    const worthless: readonly object[] = [
      { ...about, exp: now() - 1 },
      { ...about, exp: undefined },
      { ...about, exp: "tomorrow" },
      { ...about, nbf: now() + 3600 },
      { ...about, aud: "vault" },
      { ...about, aud: [] },
      { ...about, aud: undefined },
      { ...about, aud: `${ISSUER}/` },
      { ...about, iss: "https://evil.example" },
      { ...about, iss: undefined },
      { ...about, sub: undefined },
      {},
      { "kubernetes.io": "reader" },
      { "kubernetes.io": { namespace: "a" } },
      { "kubernetes.io": { namespace: "a", serviceaccount: { name: "reader", uid: "other" } } },
      { "kubernetes.io": { namespace: "a", serviceaccount: { name: "nobody", uid: account } } },
      { "kubernetes.io": { namespace: "kube-system", serviceaccount: { name: "reader", uid: account } } },
      { "kubernetes.io": { namespace: "a/..", serviceaccount: { name: "reader", uid: account } } },
      { "kubernetes.io": { ...about["kubernetes.io"], pod: { name: "gone", uid: "1" } } },
      { "kubernetes.io": { ...about["kubernetes.io"], secret: { name: "gone", uid: "1" } } },
    ];
    for (const each of worthless) await expectUnknown(await signed(claims(each), { alg: "ES256", key }));
  });

  it("is refused when its account, pod or secret is gone or is another of the same name", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "a" },
      spec: { serviceAccountName: "reader", containers: [{ name: "c", image: "i" }] },
    };
    await server.given(pod);
    const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "p" };
    const bound = await accountToken(server, { name: "reader", namespace: "a", boundObjectRef });
    expect((await callAs(server, bound, { path: OWN_PODS })).status).toBe(200);
    await callApi(server, `${OWN_PODS}/p?gracePeriodSeconds=0`, { method: "DELETE" });
    await expectUnknown(bound);
    await server.given(pod);
    await expectUnknown(bound);

    const brief = await givenAccount(server, { name: "brief", namespace: "a" });
    expect((await callAs(server, brief, { path: "/version" })).status).toBe(200);
    const account = "/api/v1/namespaces/a/serviceaccounts/brief";
    await callApi(server, account, { method: "DELETE" });
    await expectUnknown(brief);
    await server.given({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "brief", namespace: "a" },
    });
    await expectUnknown(brief);
  });

  it("is refused when it is no token at all, or the administrator's but for a letter", async () => {
    const { adminToken } = server.identity.credentials;
    const almost = [
      adminToken.slice(0, -1),
      adminToken.slice(1),
      `${adminToken}=`,
      `${adminToken}a`,
      adminToken.toLowerCase() === adminToken ? adminToken.toUpperCase() : adminToken.toLowerCase(),
      `"${adminToken}"`,
      Buffer.from(adminToken).toString("base64"),
      "null",
      "undefined",
      "true",
      "*",
      "[object Object]",
      "__proto__",
      "%00",
      "..",
      "a.b.c",
      "e30.e30.e30",
      "x".repeat(10_000),
    ];
    for (const each of almost) await expectUnknown(each);
    const claims: readonly (string | string[])[] = [
      "",
      "Bearer",
      "Bearer ",
      `Basic ${Buffer.from(`admin:${adminToken}`).toString("base64")}`,
      `Token ${adminToken}`,
      adminToken,
      `Bearer: ${adminToken}`,
      `Bearer  ${adminToken}`,
      `Bearer\t${adminToken}`,
      [`Bearer ${adminToken}`, `Bearer ${adminToken}`],
      [`Bearer ${adminToken}`, `Bearer ${token}`],
    ];
    for (const authorization of claims) {
      tried += 1;
      const { status } = await callApi(server, "/version", {
        isAnonymous: true,
        headers: { authorization: authorization as string },
      });
      expect(status, String(authorization)).toBe(401);
    }
  });

  it("was tried in more than a hundred ways", () => {
    expect(tried).toBeGreaterThan(200);
  });
});

/** Whoever brings this is nobody: he does not learn even the version. */
async function expectUnknown(bearer: string): Promise<void> {
  tried += 1;
  const { status, text } = await callAs(server, bearer, { path: "/version" });
  expect(status, `${bearer}: ${text}`).toBe(401);
}

function signed(
  payload: JWTPayload,
  { alg, key }: { readonly alg: string; readonly key: KeyObject | Buffer },
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function ownKey(): KeyObject {
  return createPrivateKey(server.identity.credentials.tokenKeyPem);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

async function uidOf(path: string): Promise<string> {
  const { json } = await callApi(server, path);
  return (json as { readonly metadata: { readonly uid: string } }).metadata.uid;
}
