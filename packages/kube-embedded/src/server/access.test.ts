import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountToken, callAs, givenAccount } from "../testing/account-tokens.ts";
import { callApi } from "../testing/api-caller.ts";
import { startTestServer, type TestServer, WIDGET_DEFINITION } from "../testing/test-server.ts";

const RBAC = "rbac.authorization.k8s.io";
const RBAC_PATH = `/apis/${RBAC}/v1`;
const AUTHORIZATION = "/apis/authorization.k8s.io/v1";
const TOKEN_REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews";

let server: TestServer;
let reader: string;
let adminOfA: string;

beforeAll(async () => {
  server = await startTestServer({ authorization: "rbac" });
  for (const name of ["a", "b"])
    await server.given({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }];
  reader = await givenAccount(server, { name: "reader", namespace: "a", rules });
  adminOfA = await givenAccount(server, { name: "chief", namespace: "a" });
  await server.given({
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: { name: "chiefs", namespace: "a" },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "admin" },
    subjects: [{ kind: "ServiceAccount", name: "chief", namespace: "a" }],
  });
});
afterAll(() => server.remove());

describe("a caller with one role in one namespace", () => {
  it("reads there what the role says, and nothing else anywhere", async () => {
    const status = async (path: string): Promise<number> => (await callAs(server, reader, { path })).status;
    expect(await status("/api/v1/namespaces/a/pods")).toBe(200);
    expect(await status("/api/v1/namespaces/a/pods/x")).toBe(404);
    for (const path of [
      "/api/v1/pods",
      "/api/v1/namespaces/b/pods",
      "/api/v1/namespaces/a/pods?watch=true",
      "/api/v1/watch/namespaces/a/pods",
      "/api/v1/namespaces/a/pods/x/log",
      "/api/v1/namespaces/a/secrets",
      "/api/v1/namespaces/a",
      "/api/v1/nodes",
      "/metrics",
    ])
      expect(await status(path), path).toBe(403);
    for (const path of ["/api", "/apis", "/version", "/openapi/v3", "/api/v1"])
      expect(await status(path), path).toBe(200);
  });

  it("is refused in Kubernetes' words, with details", async () => {
    const who = "system:serviceaccount:a:reader";
    const one = await callAs(server, reader, { path: "/api/v1/namespaces/b/pods/x" });
    expect(one.json).toMatchObject({
      reason: "Forbidden",
      message: `pods "x" is forbidden: User "${who}" cannot get resource "pods" in API group "" in the namespace "b"`,
      details: { name: "x", kind: "pods" },
    });
    const all = await callAs(server, reader, { path: "/apis/apps/v1/deployments" });
    expect(all.json).toMatchObject({
      message: `deployments.apps is forbidden: User "${who}" cannot list resource "deployments" in API group "apps" at the cluster scope`,
      details: { group: "apps", kind: "deployments" },
    });
    const space = await callAs(server, reader, { path: "/api/v1/namespaces/b" });
    expect(space.json).toMatchObject({
      message: `namespaces "b" is forbidden: User "${who}" cannot get resource "namespaces" in API group "" in the namespace "b"`,
    });
    const path = await callAs(server, reader, { path: "/metrics/<b>" });
    expect(path.json).toMatchObject({
      message: `forbidden: User "${who}" cannot get path "/metrics/&lt;b&gt;"`,
    });
  });

  it("may read its namespace when it views it", async () => {
    expect((await callAs(server, adminOfA, { path: "/api/v1/namespaces/a" })).status).toBe(200);
    expect((await callAs(server, adminOfA, { path: "/api/v1/namespaces/b" })).status).toBe(403);
  });

  it("lists by name what it may read by name alone", async () => {
    const rules = [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["x"], verbs: ["get", "list"] },
    ];
    const token = await givenAccount(server, { name: "narrow", namespace: "a", rules });
    const status = async (query: string): Promise<number> =>
      (await callAs(server, token, { path: `/api/v1/namespaces/a/configmaps${query}` })).status;
    expect(await status("?fieldSelector=metadata.name%3Dx")).toBe(200);
    expect(await status("?fieldSelector=metadata.name%3Dy")).toBe(403);
    expect(await status("?fieldSelector=metadata.name!%3Dx")).toBe(403);
    expect(await status("")).toBe(403);
  });

  it("creates nothing by replacing what is not there, unless it may create", async () => {
    const rules = [{ apiGroups: [RBAC], resources: ["roles"], verbs: ["update", "get"] }];
    const token = await givenAccount(server, { name: "changer", namespace: "a", rules });
    const body = { metadata: { name: "new", namespace: "a" }, rules: [] };
    const path = `${RBAC_PATH}/namespaces/a/roles/new`;
    expect((await callAs(server, token, { method: "PUT", path, body })).status).toBe(403);
    expect((await callAs(server, adminOfA, { method: "PUT", path, body })).status).toBe(201);
    expect((await callAs(server, token, { method: "PUT", path, body })).status).toBe(200);
  });
});

describe("Ray's autoscaler", () => {
  it("watches and deletes pods and resizes its cluster with the role that the operator gives it", async () => {
    await server.given(WIDGET_DEFINITION);
    const token = await givenAccount(server, {
      name: "ray",
      namespace: "a",
      rules: [
        { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "patch"] },
        { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get", "patch"] },
      ],
    });
    await server.given({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "cluster", namespace: "a" },
      spec: { size: 1 },
    });
    const pods = "/api/v1/namespaces/a/pods?labelSelector=ray.io%2Fcluster%3Dcluster";
    expect((await callAs(server, token, { path: pods })).status).toBe(200);
    expect((await callAs(server, token, { path: `${pods}&watch=true&timeoutSeconds=1` })).status).toBe(200);
    const path = "/apis/example.com/v1/namespaces/a/widgets/cluster";
    expect((await callAs(server, token, { path })).status).toBe(200);
    const patch = {
      path,
      method: "PATCH",
      headers: { "content-type": "application/json-patch+json" },
      body: [{ op: "replace", path: "/spec/size", value: 4 }],
    };
    expect(await callAs(server, token, patch)).toMatchObject({ status: 200, json: { spec: { size: 4 } } });
    const listed = await callAs(server, token, { path: "/apis/example.com/v1/namespaces/a/widgets" });
    expect(listed.status).toBe(403);
    expect((await callAs(server, token, { ...patch, path: path.replace("/a/", "/b/") })).status).toBe(403);
    expect((await callAs(server, token, { path, method: "DELETE" })).status).toBe(403);
  });
});

describe("impersonation", () => {
  const pods = "/api/v1/namespaces/a/pods";

  it("acts as another for whoever may, with that one's rights and no more", async () => {
    const as = (user: string, group?: string | readonly string[]) =>
      callApi(server, "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
        method: "POST",
        body: {},
        headers: { "Impersonate-User": user, ...(group && { "Impersonate-Group": group as string[] }) },
      });
    expect((await as("jane")).json).toMatchObject({
      status: { userInfo: { username: "jane", groups: ["system:authenticated"] } },
    });
    expect((await as("jane", ["dev, ops", "qa"])).json).toMatchObject({
      status: { userInfo: { groups: ["dev, ops", "qa", "system:authenticated"] } },
    });
    expect((await as("system:serviceaccount:a:reader")).json).toMatchObject({
      status: {
        userInfo: { groups: ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"] },
      },
    });
    expect((await as("system:anonymous")).status).toBe(403);
    const headers = { "Impersonate-User": "system:serviceaccount:a:reader" };
    expect((await callApi(server, pods, { headers })).status).toBe(200);
    expect((await callApi(server, "/api/v1/nodes", { headers })).status).toBe(403);
  });

  it("is a right for each part of the other identity", async () => {
    const rules = [
      { apiGroups: [""], resources: ["users"], resourceNames: ["jane"], verbs: ["impersonate"] },
      { apiGroups: [""], resources: ["groups"], resourceNames: ["dev"], verbs: ["impersonate"] },
      { apiGroups: ["authentication.k8s.io"], resources: ["userextras/scopes"], verbs: ["impersonate"] },
    ];
    await server.given({
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRole",
      metadata: { name: "janes-friend" },
      rules,
    });
    await server.given({
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "janes-friend" },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "janes-friend" },
      subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "a" }],
    });
    const as = async (headers: Readonly<Record<string, string | string[]>>): Promise<unknown> =>
      (await callAs(server, reader, { path: "/version", headers })).json;
    const isVersion = { major: "1" };
    expect(await as({ "Impersonate-User": "jane" })).toMatchObject(isVersion);
    expect(await as({ "Impersonate-User": "jane", "Impersonate-Group": "dev" })).toMatchObject(isVersion);
    expect(await as({ "Impersonate-User": "jane", "Impersonate-Extra-Scopes": ["x", "y"] })).toMatchObject(
      isVersion,
    );
    expect(await as({ "Impersonate-User": "john" })).toMatchObject({
      message:
        'users "john" is forbidden: User "system:serviceaccount:a:reader" cannot impersonate resource "users" in API group "" at the cluster scope',
    });
    expect(await as({ "Impersonate-User": "jane", "Impersonate-Group": ["dev", "ops"] })).toMatchObject({
      message: expect.stringContaining('groups "ops" is forbidden'),
    });
    expect(await as({ "Impersonate-User": "jane", "Impersonate-Uid": "1" })).toMatchObject({
      message: expect.stringContaining(
        'cannot impersonate resource "uids" in API group "authentication.k8s.io"',
      ),
    });
    expect(await as({ "Impersonate-User": "jane", "Impersonate-Extra-other": "x" })).toMatchObject({
      message: expect.stringContaining('resource "userextras/other"'),
    });
    expect(await as({ "Impersonate-User": "system:serviceaccount:a:chief" })).toMatchObject({
      message: expect.stringContaining('resource "serviceaccounts" in API group "" in the namespace "a"'),
    });
  });
});

describe("reviews", () => {
  const ask = (path: string, body: object, token?: string) => {
    const call = { method: "POST", body };
    return token === undefined ? callApi(server, path, call) : callAs(server, token, { ...call, path });
  };
  const pods = (verb: string, namespace = "a") => ({
    resourceAttributes: { verb, resource: "pods", namespace },
  });

  it("tell a caller what he may", async () => {
    const path = `${AUTHORIZATION}/selfsubjectaccessreviews`;
    expect(await ask(path, { spec: pods("list") }, reader)).toMatchObject({
      status: 201,
      json: {
        metadata: {},
        status: {
          allowed: true,
          reason: 'RBAC: allowed by RoleBinding "reader/a" of Role "reader" to ServiceAccount "reader/a"',
        },
      },
    });
    expect((await ask(path, { spec: pods("delete") }, reader)).json).toMatchObject({
      status: { allowed: false },
    });
    const version = { spec: { nonResourceAttributes: { verb: "get", path: "/version" } } };
    expect((await ask(path, version, reader)).json).toMatchObject({ status: { allowed: true } });
    const withAnswer = { spec: pods("list"), status: {} };
    expect((await ask(path, withAnswer, reader)).json).toMatchObject({ status: { allowed: true } });
    for (const spec of [{}, { ...pods("get"), ...version.spec }, { resourceAttributes: { verb: 1 } }])
      expect((await ask(path, { spec }, reader)).status).toBe(422);
  });

  it("list a caller's rules", async () => {
    const path = `${AUTHORIZATION}/selfsubjectrulesreviews`;
    const { json } = await ask(path, { spec: { namespace: "a" } }, reader);
    expect(json).toMatchObject({ status: { incomplete: false } });
    expect(json).toMatchObject({
      status: {
        resourceRules: expect.arrayContaining([
          { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
        ]),
        nonResourceRules: expect.arrayContaining([expect.objectContaining({ verbs: ["get"] })]),
      },
    });
    expect((await ask(path, { spec: {} }, reader)).status).toBe(400);
  });

  it("tell of others only whoever may ask", async () => {
    const path = `${AUTHORIZATION}/subjectaccessreviews`;
    const user = "system:serviceaccount:a:reader";
    expect((await ask(path, { spec: { ...pods("list"), user } }, reader)).status).toBe(403);
    expect((await ask(path, { spec: { ...pods("list"), user } })).json).toMatchObject({
      status: { allowed: true },
    });
    expect((await ask(path, { spec: { ...pods("list", "b"), user } })).json).toMatchObject({
      status: { allowed: false },
    });
    expect((await ask(path, { spec: pods("list") })).json).toMatchObject({
      message: expect.stringContaining("at least one of user or group must be specified"),
    });
    const local = `${AUTHORIZATION}/namespaces/a/localsubjectaccessreviews`;
    expect((await ask(local, { spec: { ...pods("list"), user } }, adminOfA)).json).toMatchObject({
      metadata: { namespace: "a" },
      status: { allowed: true },
    });
    expect((await ask(local, { spec: { ...pods("list", "b"), user } }, adminOfA)).json).toMatchObject({
      message: expect.stringContaining("must match metadata.namespace"),
    });
  });

  it("tell whose a token is, for the audience that is asked", async () => {
    const review = async (token: string, audiences?: readonly string[]): Promise<unknown> =>
      (await ask(TOKEN_REVIEWS, { spec: { token, ...(audiences && { audiences }) } })).json;
    expect(await review(reader)).toMatchObject({
      status: {
        authenticated: true,
        user: {
          username: "system:serviceaccount:a:reader",
          groups: ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"],
        },
        audiences: ["https://kubernetes.default.svc.cluster.local"],
      },
    });
    expect(await review(server.identity.credentials.adminToken)).toMatchObject({
      status: { authenticated: true, user: { username: "heliostat-admin" } },
    });
    const vault = await accountToken(server, { name: "reader", namespace: "a", audiences: ["vault"] });
    expect(await review(vault)).toMatchObject({ status: { authenticated: false } });
    expect(await review(vault, ["other"])).toMatchObject({ status: { authenticated: false } });
    expect(await review(vault, ["other", "vault"])).toMatchObject({
      status: { authenticated: true, audiences: ["vault"] },
    });
    expect(await review("")).toMatchObject({ code: 400 });
    expect((await ask(TOKEN_REVIEWS, { spec: { token: "x" } }, reader)).status).toBe(403);
  });
});

describe("a Secret of a service account", () => {
  it("holds a token that works until the Secret is deleted", async () => {
    const annotations = { "kubernetes.io/service-account.name": "reader" };
    await server.given({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "long", namespace: "a", annotations },
      type: "kubernetes.io/service-account-token",
    });
    const path = "/api/v1/namespaces/a/secrets/long";
    const stored = async (): Promise<string> => {
      const { json } = await callApi(server, path);
      const { data } = json as { readonly data?: Readonly<Record<string, string>> };
      return Buffer.from(data?.["token"] ?? "", "base64").toString();
    };
    await expect.poll(stored).not.toBe("");
    const token = await stored();
    const pods = { path: "/api/v1/namespaces/a/pods" };
    expect((await callAs(server, token, pods)).status).toBe(200);
    await callApi(server, path, { method: "DELETE" });
    expect((await callAs(server, token, pods)).status).toBe(401);
  });
});

describe("in allow mode", () => {
  it("everybody who is known may do everything, and nobody else anything", async () => {
    const open = await startTestServer();
    await open.given({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "x", namespace: "default" },
    });
    const token = await accountToken(open, { name: "x", namespace: "default" });
    expect((await callAs(open, token, { path: "/api/v1/nodes" })).status).toBe(200);
    const headers = { "Impersonate-User": "system:anonymous" };
    expect((await callAs(open, token, { path: "/api/v1/nodes", headers })).status).toBe(403);
    expect((await callApi(open, "/api/v1/nodes", { isAnonymous: true })).status).toBe(401);
    await open.remove();
  });
});
