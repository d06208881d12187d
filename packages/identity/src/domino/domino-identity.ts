import { cachedAuthenticator, type IdentityCacheOptions } from "../cache/cached-identity.ts";
import type { HttpAnswer } from "../http-get.ts";
import { type Authenticator, type Caller, IdentityError } from "../port.ts";
import { askDomino, type DominoOptions } from "./ask-domino.ts";

export interface DominoIdentityOptions extends DominoOptions {
  /** What is remembered, and for how long; `false` asks each time. */
  readonly cache?: Omit<IdentityCacheOptions, "clock"> | false;
}

/**
 * Whom Domino knows, by its principal endpoint. An answer holds 30 s, a refusal 5 s.
 *
 * Whatever Domino cannot or does not say is `IdentityError` `Unavailable`: a dead Domino never looks like a stranger.
 *
 * @throws IdentityError `Misconfigured` at once when `url` is none
 */
export function dominoIdentity({ cache = {}, ...options }: DominoIdentityOptions): Authenticator {
  const ask = askDomino("/v4/auth/principal", options);
  const asking: Authenticator = {
    async authenticate(credentials) {
      const answer = await ask(credentials);
      return answer && callerOf(answer);
    },
  };
  return cache === false ? asking : cachedAuthenticator(asking, { clock: options.clock, ...cache });
}

function callerOf({ status, text }: HttpAnswer): Caller | undefined {
  if (status === 401 || status === 403) return undefined;
  if (status !== 200)
    throw new IdentityError("Unavailable", `Cannot ask Domino who calls: it answers ${status}`);
  const principal = principalOf(text);
  const { canonicalId, canonicalName } = principal;
  // Without a word on it, somebody is anonymous (Domino's rule); who has no id can own nothing.
  if (principal["isAnonymous"] !== false || typeof canonicalId !== "string" || canonicalId === "")
    return undefined;
  return {
    name: typeof canonicalName === "string" && canonicalName !== "" ? canonicalName : canonicalId,
    id: canonicalId,
    groups: [],
    isAdmin: principal["isAdmin"] === true,
  };
}

function principalOf(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new IdentityError("Unavailable", "Cannot ask Domino who calls: its answer is no JSON", { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new IdentityError("Unavailable", "Cannot ask Domino who calls: its answer is no JSON object");
}
