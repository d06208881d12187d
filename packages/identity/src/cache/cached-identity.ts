import type { Clock } from "@heliostat/kube";
import { digestText } from "../node/digest.ts";
import type { Access, Authenticator, Authorizer, Caller, Credentials, Verdict } from "../port.ts";
import { ACCEPTED_MS, MAX_ENTRIES, REFUSED_MS, TimedCache } from "./timed-cache.ts";

export interface IdentityCacheOptions {
  readonly clock: Clock;
  /** How long a yes holds. @default 30 s */
  readonly acceptedMs?: number;
  /** How long a no holds. @default 5 s */
  readonly refusedMs?: number;
  /** @default 10,000 */
  readonly maxEntries?: number;
}

/**
 * Asks `authenticator` once per credential and lifetime, however many ask at once. Credentials are remembered as their
 * SHA-256; that nobody could say is not remembered.
 *
 * A caller's own signal is not handed on, since others may wait for the same answer.
 */
export function cachedAuthenticator(
  authenticator: Authenticator,
  options: IdentityCacheOptions,
): Authenticator {
  const cache = new TimedCache<Caller | undefined>({
    ...boundsOf(options),
    lifetimeMs: (caller) => lifetimeMs(caller !== undefined, options),
  });
  return {
    authenticate(credentials: Credentials): Promise<Caller | undefined> {
      const key = digestText(JSON.stringify([credentials.apiKey ?? null, credentials.bearer ?? null]));
      return cache.get(key, () => authenticator.authenticate(credentials));
    },
  };
}

const CALLER_KEYS = new WeakMap<Caller, string>();

/** All that decides of a caller, in short; the authenticator's cache answers with the same object again and again. */
function callerKey(caller: Caller): string {
  const known = CALLER_KEYS.get(caller);
  if (known !== undefined) return known;
  const { name, id, groups, extra, isAdmin } = caller;
  const key = digestText(JSON.stringify([name, id, groups, extra, isAdmin]));
  CALLER_KEYS.set(caller, key);
  return key;
}

/** The same for permissions: asks `authorizer` once per caller, access and lifetime. */
export function cachedAuthorizer(authorizer: Authorizer, options: IdentityCacheOptions): Authorizer {
  const cache = new TimedCache<Verdict>({
    ...boundsOf(options),
    lifetimeMs: ({ isAllowed }) => lifetimeMs(isAllowed, options),
  });
  return {
    authorize(caller: Caller, access: Access): Promise<Verdict> {
      const { verb, group, resource, subresource, namespace, name } = access;
      const question = JSON.stringify([verb, group, resource, subresource, namespace, name]);
      return cache.get(`${callerKey(caller)} ${question}`, () => authorizer.authorize(caller, access));
    },
  };
}

function boundsOf({ clock, maxEntries = MAX_ENTRIES }: IdentityCacheOptions): {
  readonly clock: Clock;
  readonly maxEntries: number;
} {
  return { clock, maxEntries };
}

function lifetimeMs(isYes: boolean, { acceptedMs, refusedMs }: IdentityCacheOptions): number {
  return isYes ? (acceptedMs ?? ACCEPTED_MS) : (refusedMs ?? REFUSED_MS);
}
