import {
  type Authenticator,
  type Authorizer,
  cachedAuthenticator,
  cachedAuthorizer,
  dominoIdentity,
  type HttpGet,
  IdentityError,
  kubernetesIdentity,
  readTokenFile,
} from "@heliostat/identity";
import type { Clock, KubeClient } from "@heliostat/kube";
import { UserError } from "../user-error.ts";
import type { IdentityChoice } from "./identity-choice.ts";

export interface CallerSource {
  readonly authenticator: Authenticator;
  readonly authorizer?: Authorizer;
}

export interface IdentityGround {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly get: HttpGet;
  /** `DOMINO_NUCLEUS_URI` */
  readonly dominoUrl: string | undefined;
}

/** @throws UserError when the choice cannot be used */
export async function callerSource(choice: IdentityChoice, ground: IdentityGround): Promise<CallerSource> {
  try {
    return await chosenSource(choice, ground);
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    const hint = "See --identity in heliostat scaler --help";
    throw new UserError(cause.message, { hint, cause });
  }
}

async function chosenSource(choice: IdentityChoice, ground: IdentityGround): Promise<CallerSource> {
  const { client, clock, get, dominoUrl } = ground;
  switch (choice.provider) {
    case "static":
      return { authenticator: await readTokenFile(choice.file) };
    case "domino": {
      const url = dominoUrl === undefined ? {} : { url: dominoUrl };
      return { authenticator: dominoIdentity({ get, clock, ...url }) };
    }
    case "kubernetes": {
      const identity = kubernetesIdentity({ client });
      return {
        authenticator: cachedAuthenticator(identity, { clock }),
        authorizer: cachedAuthorizer(identity, { clock, acceptedMs: 10_000 }),
      };
    }
  }
}
