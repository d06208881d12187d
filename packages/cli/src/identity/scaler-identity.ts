import {
  type Authenticator,
  type Authorizer,
  cachedAuthenticator,
  cachedAuthorizer,
  dominoIdentity,
  type HttpGet,
  IdentityError,
  kubernetesIdentity,
} from "@heliostat/identity";
import type { Clock, KubeClient } from "@heliostat/kube";
import { UserError } from "../user-error.ts";
import { type OidcChoice, type OidcGround, oidcAuthenticator, refuseIdleOidc } from "./oidc-choice.ts";
import type { ScalerIdentityChoice } from "./scaler-choice.ts";
import { tokenFile } from "./token-file.ts";

/** What a person chose. */
export interface ScalerIdentity extends OidcChoice {
  readonly identity: ScalerIdentityChoice;
}

export interface CallerSource {
  readonly authenticator: Authenticator;
  readonly authorizer?: Authorizer;
}

export interface IdentityGround extends OidcGround {
  readonly client: KubeClient;
  readonly get: HttpGet;
  /** `DOMINO_NUCLEUS_URI` */
  readonly dominoUrl: string | undefined;
}

/** @throws UserError when the choice cannot be used */
export async function callerSource(choice: ScalerIdentity, ground: IdentityGround): Promise<CallerSource> {
  try {
    return await chosenSource(choice, ground);
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    const hint = "See --identity in heliostat scaler --help";
    throw new UserError(cause.message, { hint, cause });
  }
}

async function chosenSource(choice: ScalerIdentity, ground: IdentityGround): Promise<CallerSource> {
  const { identity } = choice;
  const { client, clock, following, get, dominoUrl } = ground;
  if (identity.provider !== "oidc") refuseIdleOidc(choice);
  switch (identity.provider) {
    case "static":
      return { authenticator: tokenFile("--identity", identity.file, following) };
    case "domino": {
      const url = dominoUrl === undefined ? {} : { url: dominoUrl };
      return { authenticator: dominoIdentity({ get, clock, ...url }) };
    }
    case "kubernetes": {
      const kubernetes = kubernetesIdentity({ client });
      return {
        authenticator: cachedAuthenticator(kubernetes, { clock }),
        authorizer: askedOften(kubernetes, clock),
      };
    }
    case "oidc":
      return {
        authenticator: await oidcAuthenticator(choice, ground),
        authorizer: askedOften(kubernetesIdentity({ client }), clock),
      };
  }
}

function askedOften(authorizer: Authorizer, clock: Clock): Authorizer {
  return cachedAuthorizer(authorizer, { clock, acceptedMs: 10_000 });
}
