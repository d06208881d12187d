import type { Clock } from "@heliostat/kube";
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { HttpGet } from "../http-get.ts";
import { dateOf } from "../node/date-of.ts";
import { type Authenticator, type Caller, type Credentials, IdentityError } from "../port.ts";
import { issuerKeys } from "./issuer-keys.ts";

export interface OidcIdentityOptions {
  readonly get: HttpGet;
  readonly clock: Clock;
  /** The only issuer, as its tokens name it. Nothing that a token says decides where anything is fetched from. */
  readonly issuer: string;
  /** For whom tokens must be meant; one of them suffices. */
  readonly audiences: readonly string[];
  /** @default sub */
  readonly usernameClaim?: string;
  /** Before each name, so that an issuer's names are nobody else's. @default none */
  readonly usernamePrefix?: string;
  /** @default groups */
  readonly groupsClaim?: string;
  /** @default none */
  readonly groupsPrefix?: string;
  /** Whoever is in one of them is an administrator. @default nobody */
  readonly adminGroups?: readonly string[];
}

/** Signatures only; a shared secret or none at all is never accepted. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA"],
];
const TOLERATED_SECONDS = 10;

/**
 * Whom an OpenID Connect issuer vouches for: signature by its published keys, issuer, audience, and the time that the
 * token is valid. Only bearer tokens.
 *
 * Names and groups that begin with `system:` are Kubernetes' own and never come from a token.
 */
export function oidcIdentity(options: OidcIdentityOptions): Authenticator {
  const { clock, issuer, audiences } = options;
  if (audiences.length === 0)
    throw new IdentityError(
      "Misconfigured",
      "Cannot accept tokens: audiences is empty; name this service's own",
    );
  const keys = issuerKeys(options);
  return {
    async authenticate({ bearer }: Credentials): Promise<Caller | undefined> {
      if (bearer === undefined) return undefined;
      try {
        const { payload } = await jwtVerify(bearer, keys, {
          issuer,
          audience: [...audiences],
          algorithms: ALGORITHMS,
          requiredClaims: ["exp"],
          clockTolerance: TOLERATED_SECONDS,
          currentDate: dateOf(clock.now()),
        });
        return callerOf(payload, options);
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        // A token that is not even the shape of one.
        if (error instanceof TypeError) return undefined;
        throw error;
      }
    },
  };
}

function callerOf(claims: JWTPayload, options: OidcIdentityOptions): Caller | undefined {
  const { usernameClaim = "sub", usernamePrefix = "", groupsClaim = "groups", groupsPrefix = "" } = options;
  const username = claims[usernameClaim];
  if (typeof username !== "string" || username === "" || !isOwnEmail(usernameClaim, claims)) return undefined;
  const name = `${usernamePrefix}${username}`;
  const groups = textsOf(claims[groupsClaim]).map((group) => `${groupsPrefix}${group}`);
  if ([name, ...groups].some((each) => each.startsWith("system:"))) return undefined;
  return {
    name,
    groups,
    isAdmin: groups.some((group) => options.adminGroups?.includes(group)),
    ...(typeof claims.sub === "string" && claims.sub !== "" && { id: claims.sub }),
  };
}

/** An address that the issuer says it has not verified names nobody (Kubernetes: OIDC). */
function isOwnEmail(usernameClaim: string, claims: JWTPayload): boolean {
  return usernameClaim !== "email" || (claims["email_verified"] ?? true) === true;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
