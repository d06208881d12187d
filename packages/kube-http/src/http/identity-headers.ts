import type { Impersonation } from "../access/cluster-access.ts";
import type { Credential } from "../access/credential.ts";

/** The headers that say who we are, and as whom we act. */
export function identityHeaders(
  { authorization }: Credential,
  impersonation: Impersonation | undefined,
): Record<string, string | string[]> {
  return {
    ...(authorization && { authorization }),
    ...(impersonation && impersonationHeaders(impersonation)),
  };
}

function impersonationHeaders(impersonation: Impersonation): Record<string, string | string[]> {
  const { user, uid, groups = [], extra = {} } = impersonation;
  const extras = Object.entries(extra).map(([key, values]) => [
    `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
    [...values],
  ]);
  return {
    "impersonate-user": user,
    ...(uid && { "impersonate-uid": uid }),
    ...(groups.length > 0 && { "impersonate-group": [...groups] }),
    ...Object.fromEntries(extras),
  };
}
