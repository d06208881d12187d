import {
  type Authenticator,
  type HttpGet,
  IdentityError,
  nodeHttpGet,
  type OidcClaims,
  oidcIdentity,
} from "@heliostat/identity";
import type { Clock } from "@heliostat/kube";
import { type Proxies, proxyFor } from "@heliostat/kube-http";
import { type Following, followedFiles } from "../system/followed-files.ts";
import { UserError } from "../user-error.ts";

/** What the flags of `addOidcOptions` say. */
export interface OidcChoice {
  readonly oidcIssuer?: string;
  readonly oidcAudience?: readonly string[];
  /** PEM of the authority behind the issuer's certificate. */
  readonly oidcCaFile?: string;
  readonly oidcUsernameClaim?: string;
  readonly oidcUsernamePrefix?: string;
  readonly oidcIdClaim?: string;
  readonly oidcGroupsClaim?: string;
  readonly oidcGroupsPrefix?: string;
  readonly oidcAdminGroup?: readonly string[];
}

export interface OidcGround {
  readonly clock: Clock;
  /** How files are kept up with. */
  readonly following: Following;
  /** The proxies that lead to the issuer, as the environment names them. @default none */
  readonly proxies?: Proxies | undefined;
}

/** Bearers of an issuer's tokens. @throws UserError for a choice that cannot be meant */
export async function oidcAuthenticator(
  choice: OidcChoice,
  { clock, following, proxies = {} }: OidcGround,
): Promise<Authenticator> {
  const { oidcIssuer: issuer, oidcAudience: audiences = [], oidcCaFile } = choice;
  if (issuer === undefined || audiences.length === 0) {
    throw new UserError("Cannot use --identity oidc: it needs an issuer and an audience", {
      hint: "Name them with --oidc-issuer https://… and --oidc-audience NAME",
    });
  }
  const get = getBehind(oidcCaFile, { proxies, following });
  try {
    return oidcIdentity({ get, clock, issuer, audiences, ...claimsOf(choice) });
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    throw new UserError(cause.message, { hint: "Name the issuer as its tokens do: --oidc-issuer", cause });
  }
}

/** Who asks for tokens of an issuer and accepts others' would be surprised. @throws UserError */
export function refuseIdleOidc(choice: OidcChoice): void {
  if (choice.oidcIssuer === undefined && choice.oidcAudience === undefined) return;
  throw new UserError("Cannot use --oidc-issuer and --oidc-audience: nobody asks the issuer", {
    hint: "Ask it with --identity oidc, or leave them out",
  });
}

function claimsOf(choice: OidcChoice): OidcClaims {
  const { oidcUsernameClaim, oidcUsernamePrefix, oidcIdClaim, oidcGroupsClaim, oidcGroupsPrefix } = choice;
  const { oidcAdminGroup: adminGroups } = choice;
  return {
    ...(oidcUsernameClaim !== undefined && { usernameClaim: oidcUsernameClaim }),
    ...(oidcUsernamePrefix !== undefined && { usernamePrefix: oidcUsernamePrefix }),
    ...(oidcIdClaim !== undefined && { idClaim: oidcIdClaim }),
    ...(oidcGroupsClaim !== undefined && { groupsClaim: oidcGroupsClaim }),
    ...(oidcGroupsPrefix !== undefined && { groupsPrefix: oidcGroupsPrefix }),
    ...(adminGroups !== undefined && { adminGroups }),
  };
}

/** Asks the issuer over connections of their own for each authority that the file names in the course of time. */
function getBehind(
  caFile: string | undefined,
  { proxies, following }: { readonly proxies: Proxies; readonly following: Following },
): HttpGet {
  const proxyOf = (url: URL): string | undefined => proxyFor(url, proxies);
  if (caFile === undefined) return nodeHttpGet({ proxyOf });
  const files = [{ flag: "--oidc-ca-file", path: caFile }];
  const get = followedFiles(
    {
      what: "authority of the issuer",
      files,
      read: ([text = ""]) => nodeHttpGet({ authority: authorityIn(text, caFile), proxyOf }),
    },
    following,
  );
  return (url, options) => get.current(url, options);
}

/** @throws UserError */
function authorityIn(text: string, file: string): string {
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UserError(`Cannot use --oidc-ca-file ${file}: it holds no certificate`, {
    hint: "Want PEM: -----BEGIN CERTIFICATE----- …",
  });
}
