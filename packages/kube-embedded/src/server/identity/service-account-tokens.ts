import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from "node:crypto";
import { type Clock, timestamp } from "@heliostat/kube";
import { jwtVerify, SignJWT } from "jose";
import type { ReadToken, StoredReference, TokenReader } from "../../access/bearer-tokens.ts";
import { AUTHENTICATED, serviceAccountGroups, serviceAccountUser } from "../../access/subject-names.ts";
import type { IssuedToken, TokenIssuer, TokenOrder } from "../../api/api-ground.ts";
import type { UserInfo } from "../../api/kube-api.ts";

/** The issuer and the audience of our tokens: Kubernetes' convention for a cluster without an address of its own. */
export const API_AUDIENCE = "https://kubernetes.default.svc.cluster.local";

/** Signs the tokens of service accounts (JWT, ES256) and reads them again. */
export class ServiceAccountTokens implements TokenIssuer, TokenReader {
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
      .setIssuer(API_AUDIENCE)
      .setAudience(audiences.length > 0 ? [...audiences] : [API_AUDIENCE])
      .setSubject(serviceAccountUser(namespace, name))
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expiresAt)
      .setJti(randomUUID())
      .sign(this.#privateKey);
    return { token, expirationTimestamp: timestamp(expiresAt * 1000) };
  }

  async read(token: string, audiences: readonly string[]): Promise<ReadToken | undefined> {
    const asked = audiences.length > 0 ? audiences : [API_AUDIENCE];
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        algorithms: ["ES256"],
        issuer: API_AUDIENCE,
        audience: [...asked],
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ["exp", "sub"],
      });
      const claims = payload[PRIVATE_CLAIMS] as PrivateClaims;
      const own = [payload.aud ?? []].flat();
      return {
        user: userOf(claims, payload.jti),
        audiences: asked.filter((each) => own.includes(each)),
        standsOn: standsOn(claims),
      };
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

function userOf({ namespace, serviceaccount, pod }: PrivateClaims, tokenId: string | undefined): UserInfo {
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), AUTHENTICATED],
    extra: {
      ...(tokenId !== undefined && { "authentication.kubernetes.io/credential-id": [`JTI=${tokenId}`] }),
      ...(pod && {
        "authentication.kubernetes.io/pod-name": [pod.name],
        "authentication.kubernetes.io/pod-uid": [pod.uid],
      }),
    },
  };
}

/** A token lasts no longer than its account and the object that it is bound to. */
function standsOn({ namespace, serviceaccount, pod, secret }: PrivateClaims): readonly StoredReference[] {
  return [
    { plural: "serviceaccounts", namespace, ...serviceaccount },
    ...(pod ? [{ plural: "pods", namespace, ...pod } as const] : []),
    ...(secret ? [{ plural: "secrets", namespace, ...secret } as const] : []),
  ];
}
