import type { Clock } from "@heliostat/kube";
import type { HttpAnswer, HttpGet } from "../http-get.ts";
import { type Credentials, IdentityError } from "../port.ts";
import { withinDeadline } from "../within-deadline.ts";

export interface DominoOptions {
  readonly get: HttpGet;
  readonly clock: Clock;
  /** Where Domino's front end is. @default {@link DOMINO_URL}, its name within the cluster */
  readonly url?: string;
}

/** One GET of Domino's API in a caller's name; `undefined` when the credentials are none. */
export type AskDomino = (credentials: Credentials) => Promise<HttpAnswer | undefined>;

/** Domino's front end as its own cluster names it. Nothing is ever sent outside unless the configuration says so. */
const DOMINO_URL = "http://nucleus-frontend.domino-platform:80";

/** All tries together. */
const DEADLINE_MS = 5000;
const WORTH_ANOTHER: readonly number[] = [502, 503, 504];

/**
 * Asks Domino with the very credential that a caller showed, and with that one only; an API key wins over a token
 * (Domino's rule). What a gateway says is tried once more.
 *
 * @throws IdentityError `Misconfigured` at once when `url` is none; (the function) `Unavailable` when no answer comes
 */
export function askDomino(path: string, { get, clock, url = DOMINO_URL }: DominoOptions): AskDomino {
  const where = `${rootUrl(url)}${path}`;
  return async (credentials) => {
    const header = credentialHeader(credentials);
    if (!header) return undefined;
    const ask = async (signal: AbortSignal): Promise<HttpAnswer> => {
      const options = { headers: { accept: "application/json", ...header }, signal };
      const first = await get(where, options);
      return WORTH_ANOTHER.includes(first.status) ? get(where, options) : first;
    };
    return withinDeadline(ask, { clock, deadlineMs: DEADLINE_MS, of: "Domino" });
  };
}

function rootUrl(base: string): string {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username || url.search || url.hash)
    throw new IdentityError(
      "Misconfigured",
      `Cannot ask Domino at "${base}": DOMINO_NUCLEUS_URI must be an http or https URL without credentials or query`,
    );
  return url.href.replace(/\/+$/, "");
}

/** What a header can carry: anything else is nobody's credential, and never leaves this process. */
const VISIBLE = /^[\x21-\x7e]{1,16384}$/;

function credentialHeader({ apiKey, bearer }: Credentials): Readonly<Record<string, string>> | undefined {
  if (apiKey !== undefined) return VISIBLE.test(apiKey) ? { "x-domino-api-key": apiKey } : undefined;
  if (bearer !== undefined) return VISIBLE.test(bearer) ? { authorization: `Bearer ${bearer}` } : undefined;
  return undefined;
}
