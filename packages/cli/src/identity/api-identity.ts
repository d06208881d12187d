import {
  type Access,
  type Authenticator,
  type Authorizer,
  type Caller,
  cachedAuthenticator,
  cachedAuthorizer,
  kubernetesIdentity,
} from "@heliostat/identity";
import type { KubeClient } from "@heliostat/kube";
import type { ApiIdentity } from "../apiserver/served-api.ts";
import { isLoopbackHost } from "../laptop/laptop-token.ts";
import { UserError } from "../user-error.ts";
import type { AuthMode } from "./auth-mode.ts";
import { type OidcChoice, type OidcGround, oidcAuthenticator, refuseIdleOidc } from "./oidc-choice.ts";
import { tokenFile } from "./token-file.ts";

export interface ApiIdentityChoice extends OidcChoice {
  readonly identity: AuthMode;
  /** Tokens that are accepted beside Kubernetes' or the issuer's own. */
  readonly tokenFile?: string;
}

export interface IdentityContext extends OidcGround {
  readonly client: KubeClient;
  /** Where the server listens, without ports. */
  readonly hosts: readonly string[];
}

/**
 * What a person chose, as ports: permission is always asked of Kubernetes in the caller's name, but for `none` and for
 * administrators of a token file or of an issuer's groups.
 *
 * @throws UserError for a choice that cannot be meant
 */
export async function apiIdentity(choice: ApiIdentityChoice, context: IdentityContext): Promise<ApiIdentity> {
  if (choice.identity !== "oidc") refuseIdleOidc(choice);
  if (choice.identity === "none") return nobodyAsks(context);
  const { client, clock } = context;
  const kubernetes = kubernetesIdentity({ client });
  const provider =
    choice.identity === "oidc"
      ? await oidcAuthenticator(choice, context)
      : cachedAuthenticator(kubernetes, { clock });
  const tokens =
    choice.tokenFile !== undefined && tokenFile("--token-file", choice.tokenFile, context.following);
  return {
    authenticator: tokens ? firstOf(tokens, provider) : provider,
    authorizer: adminsMay(cachedAuthorizer(kubernetes, { clock })),
    namesCallers: true,
  };
}

const ANYBODY: Caller = { name: "anybody", groups: [], isAdmin: true };

/** Without identity the network is what keeps strangers out; only the loopback does. */
function nobodyAsks({ hosts }: IdentityContext): ApiIdentity {
  const open = hosts.find((host) => !isLoopbackHost(host));
  if (open !== undefined) {
    throw new UserError(
      `Cannot serve on ${open} with --identity none: whoever reaches it could do everything`,
      {
        hint: "Listen on 127.0.0.1, or use --identity token",
      },
    );
  }
  return {
    authenticator: { authenticate: async () => ANYBODY },
    authorizer: { authorize: async () => ({ isAllowed: true, reason: "nobody asks" }) },
    namesCallers: false,
  };
}

/** Whoever knows the credentials first. */
export function firstOf(...authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(credentials, options) {
      for (const authenticator of authenticators) {
        const caller = await authenticator.authenticate(credentials, options);
        if (caller !== undefined) return caller;
      }
      return undefined;
    },
  };
}

/** An administrator, as the token file or the issuer's groups have it, may everything; all others ask. */
export function adminsMay(authorizer: Authorizer): Authorizer {
  return {
    authorize: async (caller: Caller, access: Access, options) =>
      caller.isAdmin
        ? { isAllowed: true, reason: "administrator" }
        : authorizer.authorize(caller, access, options),
  };
}
