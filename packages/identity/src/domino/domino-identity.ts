import type { Clock } from "@heliostat/kube";
import { cachedAuthenticator, type IdentityCacheOptions } from "../cache/cached-identity.ts";
import type { HttpAnswer, HttpGet } from "../http-get.ts";
import { type Authenticator, type Caller, type Credentials, IdentityError } from "../port.ts";
import { withinDeadline } from "../within-deadline.ts";

export interface DominoIdentityOptions {
  readonly get: HttpGet;
  readonly clock: Clock;
  /** Where Domino's front end is. @default {@link DOMINO_URL}, its name within the cluster */
  readonly url?: string;
  /** What is remembered, and for how long; `false` asks each time. */
  readonly cache?: Omit<IdentityCacheOptions, "clock"> | false;
}

/** Domino's front end as its own cluster names it. Nothing is ever sent outside unless the configuration says so. */
export const DOMINO_URL = "http://nucleus-frontend.domino-platform:80";

/** All tries together. */
const DEADLINE_MS = 5000;
const WORTH_ANOTHER: readonly number[] = [502, 503, 504];

/**
 * Whom Domino knows: its principal endpoint is asked with the very credential that the caller showed, and with that one
 * only; an API key wins over a token (Domino's rule). An answer holds 30 s, a refusal 5 s.
 *
 * Whatever Domino cannot or does not say is `IdentityError` `Unavailable`: a dead Domino never looks like a stranger.
 *
 * @throws IdentityError `Misconfigured` at once when `url` is none
 */
export function dominoIdentity(options: DominoIdentityOptions): Authenticator {
  const { clock, cache = {}, get } = options;
  const principal = principalUrl(options.url ?? DOMINO_URL);
  const asking: Authenticator = {
    async authenticate(credentials) {
      const headers = credentialHeader(credentials);
      if (!headers) return undefined;
      const ask = (signal: AbortSignal): Promise<HttpAnswer> =>
        answered(() => get(principal, { headers: { accept: "application/json", ...headers }, signal }));
      return callerOf(await withinDeadline(ask, { clock, deadlineMs: DEADLINE_MS, of: "Domino" }));
    },
  };
  return cache === false ? asking : cachedAuthenticator(asking, { clock, ...cache });
}

function principalUrl(base: string): string {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username || url.search || url.hash)
    throw new IdentityError(
      "Misconfigured",
      `Cannot ask Domino at "${base}": DOMINO_NUCLEUS_URI must be an http or https URL without credentials or query`,
    );
  return `${url.href.replace(/\/+$/, "")}/v4/auth/principal`;
}

/** What a header can carry: anything else is nobody's credential, and never leaves this process. */
const VISIBLE = /^[\x21-\x7e]{1,16384}$/;

function credentialHeader({ apiKey, bearer }: Credentials): Readonly<Record<string, string>> | undefined {
  if (apiKey !== undefined) return VISIBLE.test(apiKey) ? { "x-domino-api-key": apiKey } : undefined;
  if (bearer !== undefined) return VISIBLE.test(bearer) ? { authorization: `Bearer ${bearer}` } : undefined;
  return undefined;
}

async function answered(ask: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const first = await ask();
  return WORTH_ANOTHER.includes(first.status) ? ask() : first;
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
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw new IdentityError("Unavailable", "Cannot ask Domino who calls: its answer is no JSON", { cause });
  }
  throw new IdentityError("Unavailable", "Cannot ask Domino who calls: its answer is no JSON object");
}
