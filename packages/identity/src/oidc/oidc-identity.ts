import type { Clock } from "@heliostat/kube";
import { errors, type JWTPayload, jwtVerify } from "jose";
import { ACCEPTED_MS, MAX_ENTRIES, REFUSED_MS, TimedCache } from "../cache/timed-cache.ts";
import type { HttpGet } from "../http-get.ts";
import { dateOf } from "../node/date-of.ts";
import { digestText } from "../node/digest.ts";
import { type Authenticator, type Caller, type Credentials, IdentityError } from "../port.ts";
import { issuerKeys } from "./issuer-keys.ts";

export interface OidcIdentityOptions extends OidcClaims {
  readonly get: HttpGet;
  readonly clock: Clock;
  /** The only issuer, as its tokens name it. Nothing that a token says decides where anything is fetched from. */
  readonly issuer: string;
  /** For whom tokens must be meant; one of them suffices. */
  readonly audiences: readonly string[];
}

/** What is read from a token. A claim within another is named with dots: `realm_access.roles`. */
export interface OidcClaims {
  /** @default sub */
  readonly usernameClaim?: string;
  /** Before each name, so that an issuer's names are nobody else's. @default none */
  readonly usernamePrefix?: string;
  /** The caller's other identifier, by which owner labels may know him. @default sub */
  readonly idClaim?: string;
  /** @default groups */
  readonly groupsClaim?: string;
  /** @default none */
  readonly groupsPrefix?: string;
  /** Whoever is in one of them, its prefix included, is an administrator. @default nobody */
  readonly adminGroups?: readonly string[];
}

/** Signatures only; a shared secret or none at all is never accepted. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA"],
];
/** How far the issuer's clock may be from ours. */
const TOLERATED_SECONDS = 10;

/** What is remembered of a token. */
interface Finding {
  readonly caller: Caller | undefined;
  /** From when on it must be looked at again. */
  readonly untilMs: number;
}

/**
 * Whom an OpenID Connect issuer vouches for: signature by its published keys, issuer, audience, and the time that the
 * token is valid. Only bearer tokens; each is looked at once in half a minute.
 *
 * Names and groups that begin with `system:` are Kubernetes' own and never come from a token.
 *
 * @throws IdentityError `Misconfigured` at once, without audiences or for an issuer that is no https URL
 */
export function oidcIdentity(options: OidcIdentityOptions): Authenticator {
  const { clock } = options;
  if (options.audiences.length === 0)
    throw new IdentityError(
      "Misconfigured",
      "Cannot accept tokens: audiences is empty; name this service's own",
    );
  const verified = verifier(options);
  const findings = new TimedCache<Finding>({
    clock,
    lifetimeMs: ({ untilMs }) => untilMs - clock.now(),
    maxEntries: MAX_ENTRIES,
  });
  return {
    async authenticate({ bearer }: Credentials): Promise<Caller | undefined> {
      if (bearer === undefined) return undefined;
      const ask = async () => findingOf(await verified(bearer), options);
      return (await findings.get(digestText(bearer), ask)).caller;
    },
  };
}

/** The claims of a token that is good; `undefined` for every other one. @throws IdentityError when nobody can say */
function verifier(options: OidcIdentityOptions): (token: string) => Promise<JWTPayload | undefined> {
  const { clock, issuer, audiences } = options;
  const keys = issuerKeys(options);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [...audiences],
        algorithms: ALGORITHMS,
        requiredClaims: ["exp"],
        clockTolerance: TOLERATED_SECONDS,
        currentDate: dateOf(clock.now()),
      });
      return payload;
    } catch (error) {
      // The second is of a token that is not even the shape of one.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  };
}

function findingOf(claims: JWTPayload | undefined, options: OidcIdentityOptions): Finding {
  const nowMs = options.clock.now();
  const caller = claims && callerOf(claims, options);
  if (caller === undefined) return { caller, untilMs: nowMs + REFUSED_MS };
  const endMs = ((claims?.exp ?? 0) + TOLERATED_SECONDS) * 1000;
  // A yes holds no longer than its token.
  return { caller, untilMs: Math.min(nowMs + ACCEPTED_MS, endMs) };
}

function callerOf(claims: JWTPayload, options: OidcClaims): Caller | undefined {
  const { usernameClaim = "sub", usernamePrefix = "", groupsClaim = "groups", groupsPrefix = "" } = options;
  const username = claimOf(claims, usernameClaim);
  if (typeof username !== "string" || username === "" || !isOwnEmail(usernameClaim, claims)) return undefined;
  const name = `${usernamePrefix}${username}`;
  const groups = textsOf(claimOf(claims, groupsClaim)).map((group) => `${groupsPrefix}${group}`);
  if ([name, ...groups].some((each) => each.startsWith("system:"))) return undefined;
  const id = claimOf(claims, options.idClaim ?? "sub");
  return {
    name,
    groups,
    isAdmin: groups.some((group) => options.adminGroups?.includes(group)),
    ...(typeof id === "string" && id !== "" && { id }),
  };
}

/** A claim of that very name, dots and all (as URLs have them), wins against one within another. */
function claimOf(claims: object, name: string): unknown {
  if (Object.hasOwn(claims, name)) return (claims as Readonly<Record<string, unknown>>)[name];
  const dot = name.indexOf(".");
  if (dot < 0) return undefined;
  const outer = claimOf(claims, name.slice(0, dot));
  return typeof outer === "object" && outer !== null ? claimOf(outer, name.slice(dot + 1)) : undefined;
}

/** An address that the issuer says it has not verified names nobody (Kubernetes: OIDC). */
function isOwnEmail(usernameClaim: string, claims: JWTPayload): boolean {
  return usernameClaim !== "email" || (claims["email_verified"] ?? true) === true;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
