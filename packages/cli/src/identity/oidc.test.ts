import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JWTPayload, TestIssuer } from "@heliostat/identity/testing";
import { ROLE_BINDINGS, ROLES, type Role, type RoleBinding, SILENT } from "@heliostat/kube";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config.ts";
import { type ServedKubernetes, serveEmbeddedKubernetes } from "../laptop/kubernetes.ts";
import { program } from "../program.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { UserError } from "../user-error.ts";

/** Both commands with one set of flags, an issuer behind HTTPS, and a Kubernetes that asks for roles. */
let folder: string;
let caFile: string;
let kubernetes: ServedKubernetes;
let issuer: TestIssuer;
let stop: AbortController;
let running: Promise<number>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  kubernetes = await serveEmbeddedKubernetes({
    dataFolder: join(folder, "state"),
    port: 0,
    authorization: "rbac",
    clock: systemClock,
    random: systemRandom,
    logger: SILENT,
    storage: { engine: "lmdb", durability: "memory" },
  });
  const client = kubernetes.embedded.client();
  await client.create(ROLES, READ);
  await client.create(ROLE_BINDINGS, DEVELOPERS_READ);
  const { metadata, ...cluster } = aRayCluster();
  await client.create(RAY_CLUSTERS, { ...cluster, metadata: { name: metadata.name, namespace: "default" } });
  caFile = join(folder, "ca.pem");
  writeFileSync(caFile, kubernetes.identity.credentials.caCertificatePem);
});

afterAll(async () => {
  await kubernetes.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  stop = new AbortController();
  running = Promise.resolve(0);
  const { keyPem: key, certificatePem: cert } = kubernetes.identity.credentials.server;
  issuer = await TestIssuer.start({ now: () => Date.now(), tls: { key, cert } });
});

afterEach(async () => {
  stop.abort();
  await running;
  await issuer.down();
});

describe("heliostat apiserver --identity oidc", () => {
  const CLUSTERS = "/apis/v1/namespaces/default/clusters";

  it("reads names and groups where its flags say, and asks Kubernetes in the caller's name", async () => {
    const call = await serving(["apiserver", "--auth", "oidc", "--grpc", "127.0.0.1:0"], "--http");
    expect(await call(CLUSTERS, developer("ada"))).toMatchObject({ status: 200 });
    expect(await call("/apis/v1/clusters", developer("ada"))).toMatchObject({
      status: 403,
      json: {
        message: 'Cannot list rayclusters.ray.io in all namespaces: "https://sso#ada" may not',
      },
    });
    expect(await call(CLUSTERS, { preferred_username: "eve" })).toMatchObject({ status: 403 });
    expect(await call("/apis/v1/clusters", { ...developer("root"), ...roles("admins") })).toMatchObject({
      status: 200,
    });
    expect(await call(CLUSTERS, { sub: "no-name" })).toMatchObject({ status: 401 });
    await issuer.down();
    expect(await call(CLUSTERS, developer("bob"))).toMatchObject({ status: 200 });
  });
});

describe("heliostat scaler --identity oidc", () => {
  const LIST = "/ddl_cluster_scaler_api/list/rayclusters";

  it("shows owners, groups and administrators what is theirs", async () => {
    const call = await serving(["scaler", "--namespace", "default", "--identity", "oidc"], "--listen");
    expect(await call(LIST, developer("ada"))).toMatchObject({ status: 200, json: { count: 1 } });
    expect(await call(LIST, { preferred_username: "eve" })).toMatchObject({
      status: 200,
      json: { count: 0 },
    });
    expect(await call(LIST, { preferred_username: "root", ...roles("admins") })).toMatchObject({
      status: 200,
      json: { count: 1 },
    });
    const KINDS = "/api/v1/kinds";
    expect(await call(KINDS, developer("ada"))).toMatchObject({ status: 200 });
    expect(await call(KINDS, { aud: "somebody else", ...developer("ada") })).toMatchObject({ status: 401 });
  });
});

it.each([
  [["--identity", "oidc"], "Cannot use --identity oidc: it needs an issuer and an audience"],
  [["--identity", "oidc", "--oidc-issuer", "https://i"], "it needs an issuer and an audience"],
  [
    ["--identity", "oidc", "--oidc-issuer", "http://example.com", "--oidc-audience", "a"],
    'Cannot use issuer "http://example.com": it must be an https URL',
  ],
  [
    [
      "--identity",
      "oidc",
      "--oidc-issuer",
      "https://i",
      "--oidc-audience",
      "a",
      "--oidc-ca-file",
      "/dev/null",
    ],
    "Cannot use --oidc-ca-file /dev/null: it holds no certificate",
  ],
  [["--oidc-issuer", "https://i"], "Cannot use --oidc-issuer and --oidc-audience: nobody asks the issuer"],
])("apiserver %j is refused", async (flags, message) => {
  const refused = start(["apiserver", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", ...flags]);
  await expect(refused).rejects.toThrow(UserError);
  await expect(refused).rejects.toThrow(message);
});

interface Called {
  readonly status: number;
  readonly json: unknown;
}

/** Start a command on a free port. @returns how to call it, with a token of these claims */
async function serving(
  command: readonly string[],
  addressFlag: string,
): Promise<(path: string, claims: JWTPayload) => Promise<Called>> {
  const port = await freePort();
  running = start([
    ...command,
    ...[addressFlag, `127.0.0.1:${port}`, "--log-level", "silent"],
    ...["--oidc-issuer", issuer.url, "--oidc-audience", "elsewhere", issuer.audience],
    ...["--oidc-ca-file", caFile],
    ...["--oidc-username-claim", "preferred_username", "--oidc-username-prefix", "https://sso#"],
    ...["--oidc-groups-claim", "realm_access.roles", "--oidc-admin-group", "admins"],
  ]);
  const url = `http://127.0.0.1:${port}`;
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isReady, { timeout: 10_000 }).toBe(true);
  return async (path, claims) => {
    const authorization = `Bearer ${await issuer.token({ claims })}`;
    const answer = await fetch(`${url}${path}`, { headers: { authorization } });
    return { status: answer.status, json: await answer.json() };
  };
}

function start(argv: readonly string[]): Promise<number> {
  const context = { config: readConfig({ HOME: folder }), signal: stop.signal };
  const { kubeconfigPath } = kubernetes.server;
  return program(["node", "heliostat", ...argv, "--kubeconfig", kubeconfigPath], context);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function developer(name: string): JWTPayload {
  return { preferred_username: name, ...roles("developers") };
}

function roles(...names: readonly string[]): JWTPayload {
  return { realm_access: { roles: names } };
}

const RBAC = "rbac.authorization.k8s.io";
const READ: Role = {
  apiVersion: `${RBAC}/v1`,
  kind: "Role",
  metadata: { name: "read", namespace: "default" },
  rules: [{ apiGroups: ["ray.io"], resources: ["rayclusters"], verbs: ["get", "list"] }],
};
const DEVELOPERS_READ: RoleBinding = {
  apiVersion: `${RBAC}/v1`,
  kind: "RoleBinding",
  metadata: { name: "read", namespace: "default" },
  roleRef: { apiGroup: RBAC, kind: "Role", name: "read" },
  subjects: [{ kind: "Group", name: "developers", apiGroup: RBAC }],
};
