import type { Clock } from "@heliostat/kube";
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { HttpGet } from "../http-get.ts";
import { IdentityError } from "../port.ts";
import { withinDeadline } from "../within-deadline.ts";

export interface IssuerKeysOptions {
  readonly get: HttpGet;
  readonly clock: Clock;
  readonly issuer: string;
}

const DEADLINE_MS = 5000;
/** Keys are read anew after this long. */
const LIFETIME_MS = 10 * 60_000;
/** An unknown key has them read anew at most this often: tokens of strangers must not make us ask. */
const COOLDOWN_MS = 30_000;

/**
 * The keys that an issuer publishes, found by its discovery document (OpenID Connect Discovery 1.0).
 *
 * @throws IdentityError (the function) `Misconfigured` at once for an issuer that is no https URL (http on the loopback)
 * @throws IdentityError (the key function) `Unavailable` when they cannot be read
 */
export function issuerKeys({ get, clock, issuer }: IssuerKeysOptions): JWTVerifyGetKey {
  assertUrl(issuer, "issuer", "Misconfigured");
  let known: { readonly keys: JWTVerifyGetKey; readonly readMs: number } | undefined;
  let reading: Promise<JWTVerifyGetKey> | undefined;

  return async (header, token) => {
    const keys = known && clock.now() - known.readMs < LIFETIME_MS ? known.keys : await readAnew();
    try {
      return await keys(header, token);
    } catch (error) {
      const isStale = known !== undefined && clock.now() - known.readMs >= COOLDOWN_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || !isStale) throw error;
      return (await readAnew())(header, token);
    }
  };

  function readAnew(): Promise<JWTVerifyGetKey> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<JWTVerifyGetKey> {
    const options = { clock, deadlineMs: DEADLINE_MS, of: `the issuer ${issuer}` };
    const keys = await withinDeadline((signal) => publishedKeys({ get, issuer, signal }), options);
    known = { keys, readMs: clock.now() };
    return keys;
  }
}

interface Reading {
  readonly get: HttpGet;
  readonly issuer: string;
  readonly signal: AbortSignal;
}

async function publishedKeys(reading: Reading): Promise<JWTVerifyGetKey> {
  const { issuer } = reading;
  const about = await json(`${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`, reading);
  if (about["issuer"] !== issuer)
    throw new IdentityError(
      "Unavailable",
      `Cannot trust ${issuer}: its discovery document names another issuer`,
    );
  const where = about["jwks_uri"];
  if (typeof where !== "string")
    throw new IdentityError("Unavailable", `Cannot read keys: ${issuer} names no jwks_uri`);
  assertUrl(where, "jwks_uri", "Unavailable");
  return createLocalJWKSet(
    (await json(where, reading)) as unknown as Parameters<typeof createLocalJWKSet>[0],
  );
}

async function json(url: string, { get, signal }: Reading): Promise<Readonly<Record<string, unknown>>> {
  const { status, text } = await get(url, { headers: { accept: "application/json" }, signal });
  if (status !== 200) throw new IdentityError("Unavailable", `Cannot read ${url}: it answers ${status}`);
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error("it is no JSON object");
  return value as Readonly<Record<string, unknown>>;
}

const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

function assertUrl(text: string, field: string, reason: IdentityError["reason"]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.includes(url.hostname));
  if (!isSafe || url.username || url.search || url.hash)
    throw new IdentityError(reason, `Cannot use ${field} "${text}": it must be an https URL without query`);
}
