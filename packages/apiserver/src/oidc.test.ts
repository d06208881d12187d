import { type Authorizer, kubernetesIdentity, nodeHttpGet, oidcIdentity } from "@heliostat/identity";
import {
  type SigningKey,
  SignJWT,
  signingKey,
  TestIssuer,
  type TokenTraits,
} from "@heliostat/identity/testing";
import { ROLE_BINDINGS, ROLES, type Role, type RoleBinding } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import { ListClustersRequestSchema, ListClustersResponseSchema } from "@heliostat/proto";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { type ServedWorld, servedWorld } from "./testing/served-world.ts";

/** Who is known, and who may what: over HTTP and gRPC, by an issuer and by Kubernetes' roles, all of them real. */
const clock = new HandClock();
let issuer: TestIssuer;
let first: SigningKey;
let served: ServedWorld;
let grpc: GrpcCaller;

beforeAll(async () => {
  first = await signingKey("first", "RS256");
});

beforeEach(async () => {
  issuer = await TestIssuer.start({ now: () => clock.now() }, first);
  const authorizer: Authorizer = {
    authorize: (...question) => kubernetesIdentity({ client }).authorize(...question),
  };
  served = await servedWorld({ authenticator: oidc(), authorizer }, { authorization: "rbac" });
  const { client } = served.world;
  await client.create(ROLES, MAY_LIST).catch(() => undefined);
  await client.create(ROLE_BINDINGS, IN_DEFAULT).catch(() => undefined);
  grpc = new GrpcCaller(served.server.grpcAddress);
});

afterEach(async () => {
  grpc.close();
  await served.stop();
  await issuer.down();
});

function oidc(): ReturnType<typeof oidcIdentity> {
  return oidcIdentity({
    get: nodeHttpGet(),
    clock,
    issuer: issuer.url,
    audiences: [issuer.audience],
    usernamePrefix: "oidc:",
    groupsPrefix: "oidc:",
  });
}

describe("a token of the issuer", () => {
  test("is the caller in whose name Kubernetes is asked: his groups may in one namespace, and in no other", async () => {
    expect(await statusOf({ claims: { groups: ["readers"] } })).toEqual(OK);
    expect(await statusOf({ claims: { groups: ["readers"] } }, "other")).toEqual(FORBIDDEN);
    expect(await statusOf({ claims: { groups: ["writers"] } })).toEqual(FORBIDDEN);
    // The prefix is what keeps an issuer's names apart from the cluster's own.
    expect(await statusOf({ claims: { groups: ["oidc:readers"] } })).toEqual(FORBIDDEN);
  });

  test("says to the caller whom it was taken for, and nothing more", async () => {
    const answer = await overHttp(await issuer.token({ claims: { sub: "ada" } }), "other");
    expect(await answer.json()).toEqual({
      code: 7,
      message: 'Cannot list rayclusters.ray.io in the namespace "other": "oidc:ada" may not',
    });
  });

  test.each<[string, TokenTraits]>([
    ["has expired", { lifetimeSeconds: -60 }],
    ["is of another issuer", { claims: { iss: "https://evil.example" } }],
    ["is for another audience", { claims: { aud: "kubernetes" } }],
    ["is not valid yet", { claims: { nbf: 4_000_000_000 } }],
    ["names nobody", { claims: { sub: "" } }],
  ])("that %s is nobody's", async (_, traits) => {
    expect(await statusOf({ ...traits, claims: { groups: ["readers"], ...traits.claims } })).toEqual(UNKNOWN);
  });

  test("is as good as the clocks are: ten seconds to either side", async () => {
    const nowSeconds = Math.floor(clock.now() / 1000);
    const claims = { groups: ["readers"] };
    expect(await statusOf({ claims, lifetimeSeconds: -8 })).toEqual(OK);
    expect(await statusOf({ claims, lifetimeSeconds: -11 })).toEqual(UNKNOWN);
    expect(await statusOf({ claims: { ...claims, nbf: nowSeconds + 8 } })).toEqual(OK);
    expect(await statusOf({ claims: { ...claims, nbf: nowSeconds + 12 } })).toEqual(UNKNOWN);
  });
});

describe("what nobody signed", () => {
  test("is refused: no signature, the public key as a secret, another's key under a known name", async () => {
    const [, claims] = (await issuer.token({ claims: { groups: ["readers"] } })).split(".");
    const unsigned = ["none", "None", "NONE"].map((alg) => `${base64({ alg, kid: "first" })}.${claims}.`);
    const confused = await new SignJWT({ groups: ["readers"] })
      .setProtectedHeader({ alg: "HS256", kid: "first" })
      .setIssuer(issuer.url)
      .setAudience(issuer.audience)
      .setSubject("u1")
      .setExpirationTime(4_000_000_000)
      .sign(new TextEncoder().encode(JSON.stringify(first.published)));
    const forged = await issuer.token({ key: await signingKey("first", "RS256") });
    const inline = `${base64({ alg: "RS256", jwk: (await signingKey("x", "RS256")).published })}.${claims}.AA`;
    for (const token of [...unsigned, confused, forged, inline, `${forged}x`, "a.b.c", "{}"]) {
      expect([token, ...(await statusWith(token))]).toEqual([token, ...UNKNOWN]);
    }
  });

  test("never decides where anything is fetched from", async () => {
    const elsewhere = await TestIssuer.start({ now: () => clock.now() });
    const token = await new SignJWT({ sub: "u1" })
      .setProtectedHeader({ alg: "ES256", kid: "other", jku: `${elsewhere.url}/keys`, x5u: elsewhere.url })
      .setIssuer(elsewhere.url)
      .setAudience(elsewhere.audience)
      .setExpirationTime(4_000_000_000)
      .sign((await signingKey("other")).privateKey);
    expect(await statusWith(token)).toEqual(UNKNOWN);
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.down();
  });
});

describe("while the server serves", () => {
  test("keys turn: the new one is found, and the old one is forgotten", async () => {
    const claims = { groups: ["readers"] };
    const old = await issuer.token({ claims, lifetimeSeconds: 3600 });
    expect(await statusWith(old)).toEqual(OK);
    issuer.keys = [await signingKey("second", "EdDSA"), first];
    await clock.turn(30_000);
    expect(await statusOf({ claims })).toEqual(OK);
    issuer.keys = issuer.keys.slice(0, 1);
    await clock.turn(10 * 60_000);
    expect(await statusWith(old)).toEqual(UNKNOWN);
    expect(await statusOf({ claims })).toEqual(OK);
  });

  test("tokens with unknown keys do not make it ask the issuer again and again", async () => {
    expect(await statusOf({ claims: { groups: ["readers"] } })).toEqual(OK);
    const { length } = issuer.asked;
    for (let count = 0; count < 5; count++) {
      expect(await statusOf({ key: await signingKey(`unknown-${count}`) })).toEqual(UNKNOWN);
    }
    expect(issuer.asked).toHaveLength(length);
  });

  test("the issuer goes: known keys go on for ten minutes, then nobody is let in, until it is back", async () => {
    const claims = { groups: ["readers"] };
    expect(await statusOf({ claims })).toEqual(OK);
    await issuer.down();
    expect(await statusOf({ claims: { ...claims, jti: "another" } })).toEqual(OK);
    await clock.turn(10 * 60_000);
    expect(await statusOf({ claims })).toEqual(UNAVAILABLE);
    await issuer.up();
    expect(await statusOf({ claims })).toEqual(OK);
  });

  test("an issuer that answers with nonsense, or in another's name, is as good as none", async () => {
    for (const lies of [
      { issuer: "https://evil.example" },
      { jwks_uri: "http://10.0.0.1/" },
      { jwks_uri: 1 },
    ]) {
      issuer.lies = lies;
      expect(await statusOf({})).toEqual(UNAVAILABLE);
    }
    issuer.lies = {};
    expect(await statusOf({ claims: { groups: ["readers"] } })).toEqual(OK);
  });

  test("a reply in Kubernetes' words tells the same", async () => {
    await issuer.down();
    const path = "/apis/ray.io/v1/namespaces/default/rayclusters";
    const answer = await served.fetch(path, { headers: { authorization: `Bearer ${await issuer.token()}` } });
    expect([answer.status, await answer.json()]).toMatchObject([503, { reason: "ServiceUnavailable" }]);
  });
});

const OK = [200, 0];
const UNKNOWN = [401, 16];
const FORBIDDEN = [403, 7];
const UNAVAILABLE = [503, 14];

async function statusOf(traits: TokenTraits, namespace = "default"): Promise<readonly number[]> {
  return statusWith(await issuer.token(traits), namespace);
}

/** What HTTP and gRPC answer to a list of the clusters of a namespace. */
async function statusWith(token: string, namespace = "default"): Promise<readonly number[]> {
  const { status } = await overHttp(token, namespace);
  const code = await grpc
    .call(
      "/proto.ClusterService/ListCluster",
      [ListClustersRequestSchema, { namespace }, ListClustersResponseSchema],
      { token },
    )
    .then(
      () => 0,
      (error: { readonly code: number }) => error.code,
    );
  return [status, code];
}

function overHttp(token: string, namespace: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return served.fetch(`/apis/v1/namespaces/${namespace}/clusters`, { headers });
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const RBAC = "rbac.authorization.k8s.io";
const MAY_LIST: Role = {
  apiVersion: `${RBAC}/v1`,
  kind: "Role",
  metadata: { name: "read", namespace: "default" },
  rules: [{ apiGroups: ["ray.io"], resources: ["rayclusters"], verbs: ["list"] }],
};
const IN_DEFAULT: RoleBinding = {
  apiVersion: `${RBAC}/v1`,
  kind: "RoleBinding",
  metadata: { name: "read", namespace: "default" },
  roleRef: { apiGroup: RBAC, kind: "Role", name: "read" },
  subjects: [{ kind: "Group", name: "oidc:readers", apiGroup: RBAC }],
};
