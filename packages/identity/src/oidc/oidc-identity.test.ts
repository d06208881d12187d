import { HandClock } from "@heliostat/kube/testing";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HttpAnswer } from "../http-get.ts";
import { oidcIdentity } from "./oidc-identity.ts";

const ISSUER = "https://issuer.example/realm";
const KEYS = "https://keys.example/jwks";

describe("oidcIdentity()", () => {
  let clock: HandClock;
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  let other: typeof pair;
  let published: object[];
  let asked: string[];
  let discovery: object;

  beforeAll(async () => {
    pair = await generateKeyPair("ES256");
    other = await generateKeyPair("ES256");
  });

  beforeEach(async () => {
    clock = new HandClock();
    asked = [];
    discovery = { issuer: ISSUER, jwks_uri: KEYS };
    published = [{ ...(await exportJWK(pair.publicKey)), kid: "1", alg: "ES256" }];
  });

  async function get(url: string): Promise<HttpAnswer> {
    asked.push(url);
    return { status: 200, text: JSON.stringify(url === KEYS ? { keys: published } : discovery) };
  }

  const identity = (options: object = {}) =>
    oidcIdentity({ get, clock, issuer: ISSUER, audiences: ["heliostat"], ...options });

  async function token(claims: JWTPayload = {}, { key = pair.privateKey, kid = "1" } = {}): Promise<string> {
    const nowSeconds = Math.floor(clock.now() / 1000);
    const standard = { iss: ISSUER, aud: "heliostat", sub: "u1", exp: nowSeconds + 60, groups: ["a", "b"] };
    return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg: "ES256", kid }).sign(key);
  }

  it("knows whom the issuer vouches for", async () => {
    expect(await identity().authenticate({ bearer: await token() })).toEqual({
      name: "u1",
      id: "u1",
      groups: ["a", "b"],
      isAdmin: false,
    });
    const options = {
      usernameClaim: "email",
      usernamePrefix: "oidc:",
      groupsClaim: "roles",
      groupsPrefix: "oidc:",
      adminGroups: ["oidc:boss"],
    };
    const bearer = await token({ email: "a@b.c", roles: "boss" });
    expect(await identity(options).authenticate({ bearer })).toEqual({
      name: "oidc:a@b.c",
      id: "u1",
      groups: ["oidc:boss"],
      isAdmin: true,
    });
  });

  it("finds claims within claims, and claims whose names have dots", async () => {
    const options = {
      idClaim: "ext.uid",
      groupsClaim: "realm_access.roles",
      usernameClaim: "https://example.com/name",
    };
    const claims = {
      "https://example.com/name": "alice",
      ext: { uid: "7" },
      realm_access: { roles: ["dev", 5] },
    };
    expect(await identity(options).authenticate({ bearer: await token(claims) })).toEqual({
      name: "alice",
      id: "7",
      groups: ["dev"],
      isAdmin: false,
    });
    expect(await identity({ usernameClaim: "a.b" }).authenticate({ bearer: await token() })).toBeUndefined();
    expect(
      await identity({ usernameClaim: "toString" }).authenticate({ bearer: await token() }),
    ).toBeUndefined();
  });

  it("remembers a token no longer than the token lives", async () => {
    const oidc = identity();
    const bearer = await token({ exp: Math.floor(clock.now() / 1000) + 5 });
    expect(await oidc.authenticate({ bearer })).toMatchObject({ name: "u1" });
    // Five seconds of its own, and ten by which clocks may differ.
    await clock.turn(14_000);
    expect(await oidc.authenticate({ bearer })).toMatchObject({ name: "u1" });
    await clock.turn(2_000);
    expect(await oidc.authenticate({ bearer })).toBeUndefined();
  });

  it.each<[string, JWTPayload]>([
    ["of another issuer", { iss: "https://evil.example" }],
    ["for another audience", { aud: "others" }],
    ["that has expired", { exp: 1 }],
    ["that is not valid yet", { nbf: 4_000_000_000 }],
    ["without a name", { sub: "" }],
    ["with a name of Kubernetes' own", { sub: "system:admin" }],
    ["with a group of Kubernetes' own", { groups: ["system:masters"] }],
  ])("refuses a token %s", async (_, claims) => {
    expect(await identity().authenticate({ bearer: await token(claims) })).toBeUndefined();
    expect(asked.every((url) => url.startsWith(ISSUER) || url === KEYS)).toBe(true);
  });

  it("refuses an address that is not verified", async () => {
    const bearer = await token({ email: "a@b.c", email_verified: false });
    expect(await identity({ usernameClaim: "email" }).authenticate({ bearer })).toBeUndefined();
  });

  it("refuses what nobody signed, what another key signed, and what is no token", async () => {
    const nobody = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await token()).split(".")[1]}.`;
    const shared = await new SignJWT({ iss: ISSUER, aud: "heliostat", sub: "u1" })
      .setProtectedHeader({ alg: "HS256", kid: "1" })
      .setExpirationTime(4_000_000_000)
      .sign(new TextEncoder().encode("x".repeat(32)));
    const forged = await token({}, { key: other.privateKey });
    for (const bearer of [nobody, shared, forged, "", "a.b.c", "x", "\0"])
      expect(await identity().authenticate({ bearer })).toBeUndefined();
    expect(await identity().authenticate({ apiKey: await token() })).toBeUndefined();
  });

  it("reads the keys once, again for a new key, and not for every unknown one", async () => {
    const oidc = identity();
    for (let count = 0; count < 3; count++) await oidc.authenticate({ bearer: await token() });
    expect(asked).toHaveLength(2);
    published = [...published, { ...(await exportJWK(other.publicKey)), kid: "2", alg: "ES256" }];
    const turned = { key: other.privateKey, kid: "2" };
    expect(await oidc.authenticate({ bearer: await token({}, turned) })).toBeUndefined();
    expect(asked).toHaveLength(2);
    // The keys may be read again by then, and the refusal is forgotten.
    await clock.turn(30_000);
    expect(await oidc.authenticate({ bearer: await token({}, turned) })).toMatchObject({ name: "u1" });
    expect(asked).toHaveLength(4);
  });

  it("fails closed when the issuer is down or lies", async () => {
    const bearer = await token();
    const down = identity({ get: () => Promise.reject(new Error("down")) });
    await expect(down.authenticate({ bearer })).rejects.toMatchObject({ reason: "Unavailable" });
    discovery = { issuer: "https://evil.example", jwks_uri: KEYS };
    await expect(identity().authenticate({ bearer })).rejects.toThrow(/another issuer/);
    discovery = { issuer: ISSUER, jwks_uri: "http://169.254.169.254/keys" };
    await expect(identity().authenticate({ bearer })).rejects.toThrow(/jwks_uri/);
    expect(asked.filter((url) => url.includes("169.254"))).toEqual([]);
  });

  it.each(["http://issuer.example", "ftp://issuer.example", "issuer", "https://u@issuer.example"])(
    "refuses the issuer %s",
    (issuer) => {
      expect(() => identity({ issuer })).toThrow(/issuer/);
    },
  );

  it("refuses to accept tokens for anybody", () => {
    expect(() => identity({ audiences: [] })).toThrow(/audiences/);
  });
});
