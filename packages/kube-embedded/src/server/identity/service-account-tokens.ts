import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type Clock, timestamp } from "@heliostat/kube";
import { jwtVerify, SignJWT } from "jose";
import type { IssuedToken, TokenIssuer, TokenOrder } from "../../api/api-ground.ts";

/** What a token of ours says of its bearer. */
export interface ServiceAccountClaims {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The pod or secret whose end makes the token worthless. */
  readonly boundTo?: TokenOrder["boundTo"];
}

/** Kubernetes convention for a cluster that has no address of its own. */
const ISSUER = "https://kubernetes.default.svc.cluster.local";

/** Signs the tokens of service accounts (JWT, ES256) and reads them again. */
export class ServiceAccountTokens implements TokenIssuer {
  readonly #clock: Clock;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  constructor(keyPem: string, clock: Clock) {
    this.#clock = clock;
    this.#privateKey = createPrivateKey(keyPem);
    this.#publicKey = createPublicKey(keyPem);
  }

  async issue({ serviceAccount, audiences, expirationSeconds, boundTo }: TokenOrder): Promise<IssuedToken> {
    const { namespace = "", name, uid = "" } = serviceAccount.metadata;
    const issuedAt = Math.floor(this.#clock.now() / 1000);
    const expiresAt = issuedAt + expirationSeconds;
    const claims: PrivateClaims = {
      namespace,
      serviceaccount: { name, uid },
      ...(boundTo ? { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } } : {}),
    };
    const token = await new SignJWT({ [PRIVATE_CLAIMS]: claims })
      .setProtectedHeader({ alg: "ES256" })
      .setIssuer(ISSUER)
      .setAudience(audiences.length > 0 ? [...audiences] : [ISSUER])
      .setSubject(`system:serviceaccount:${namespace}:${name}`)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.#privateKey);
    return { token, expirationTimestamp: timestamp(expiresAt * 1000) };
  }

  /** What the token says; `undefined` when it is not ours, not for us, or not valid now. */
  async verify(token: string): Promise<ServiceAccountClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        algorithms: ["ES256"],
        issuer: ISSUER,
        audience: ISSUER,
        currentDate: new Date(this.#clock.now()),
      });
      return claimsOf(payload[PRIVATE_CLAIMS] as PrivateClaims);
    } catch {
      return undefined;
    }
  }
}

const PRIVATE_CLAIMS = "kubernetes.io";

interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}

/** Kubernetes' own form, which other readers of these tokens know. */
interface PrivateClaims {
  readonly namespace: string;
  readonly serviceaccount: ObjectClaim;
  readonly pod?: ObjectClaim;
  readonly secret?: ObjectClaim;
}

function claimsOf({ namespace, serviceaccount, pod, secret }: PrivateClaims): ServiceAccountClaims {
  return {
    namespace,
    ...serviceaccount,
    ...(pod ? { boundTo: { kind: "Pod", ...pod } } : {}),
    ...(secret ? { boundTo: { kind: "Secret", ...secret } } : {}),
  };
}
