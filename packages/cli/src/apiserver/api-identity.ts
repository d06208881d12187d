import {
  type Access,
  type Authenticator,
  type Authorizer,
  type Caller,
  cachedAuthenticator,
  cachedAuthorizer,
  kubernetesIdentity,
  nodeHttpGet,
  oidcIdentity,
  readTokenFile,
} from "@heliostat/identity";
import type { Clock, KubeClient } from "@heliostat/kube";
import { isLoopbackHost } from "../laptop/laptop-token.ts";
import { UserError } from "../user-error.ts";
import type { AuthMode } from "./auth-mode.ts";
import type { ApiIdentity } from "./served-api.ts";

export interface IdentityChoice {
  readonly auth: AuthMode;
  /** Tokens that are accepted beside Kubernetes' own. */
  readonly tokenFile?: string;
  readonly oidcIssuer?: string;
  readonly oidcAudience?: readonly string[];
}

export interface IdentityContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Where the server listens, without ports. */
  readonly hosts: readonly string[];
}

/**
 * What a person chose, as ports: permission is always asked of Kubernetes in the caller's name, but for `none` and for
 * a token file's administrators.
 *
 * @throws UserError for a choice that cannot be meant
 */
export async function apiIdentity(choice: IdentityChoice, context: IdentityContext): Promise<ApiIdentity> {
  if (choice.auth === "none") return nobodyAsks(context);
  const { client, clock } = context;
  const kubernetes = kubernetesIdentity({ client });
  const authenticator = choice.auth === "oidc" ? oidc(choice, context) : await tokens(choice, kubernetes);
  return {
    authenticator: cachedAuthenticator(authenticator, { clock }),
    authorizer: adminsMay(cachedAuthorizer(kubernetes, { clock })),
    namesCallers: true,
  };
}

const ANYBODY: Caller = { name: "anybody", groups: [], isAdmin: true };

/** Without identity the network is what keeps strangers out; only the loopback does. */
function nobodyAsks({ hosts }: IdentityContext): ApiIdentity {
  const open = hosts.find((host) => !isLoopbackHost(host));
  if (open !== undefined) {
    throw new UserError(`Cannot serve on ${open} with --auth none: whoever reaches it could do everything`, {
      hint: "Listen on 127.0.0.1, or use --auth token",
    });
  }
  return {
    authenticator: { authenticate: async () => ANYBODY },
    authorizer: { authorize: async () => ({ isAllowed: true, reason: "nobody asks" }) },
    namesCallers: false,
  };
}

async function tokens({ tokenFile }: IdentityChoice, kubernetes: Authenticator): Promise<Authenticator> {
  return tokenFile === undefined ? kubernetes : firstOf(await readTokenFile(tokenFile), kubernetes);
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

/** An administrator of a token file may everything, as the file says; all others ask. */
export function adminsMay(authorizer: Authorizer): Authorizer {
  return {
    authorize: async (caller: Caller, access: Access, options) =>
      caller.isAdmin
        ? { isAllowed: true, reason: "administrator" }
        : authorizer.authorize(caller, access, options),
  };
}

function oidc({ oidcIssuer, oidcAudience = [] }: IdentityChoice, { clock }: IdentityContext): Authenticator {
  if (oidcIssuer === undefined || oidcAudience.length === 0) {
    throw new UserError("Cannot use --auth oidc: it needs an issuer and an audience", {
      hint: "Name them with --oidc-issuer https://… and --oidc-audience NAME",
    });
  }
  return oidcIdentity({ get: nodeHttpGet(), clock, issuer: oidcIssuer, audiences: oidcAudience });
}
