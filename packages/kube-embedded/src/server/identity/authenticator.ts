import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { PeerCertificate } from "node:tls";
import { isKubeError, KubeError } from "@heliostat/kube";
import type { KubeApi, UserInfo } from "../../api/kube-api.ts";
import type { ResourceRegistry } from "../../registry/registry.ts";
import { ADMIN_GROUP, ADMIN_USER } from "../pki/credentials.ts";
import type { ServiceAccountClaims, ServiceAccountTokens } from "./service-account-tokens.ts";

/** The TLS half of a connection, as far as it tells who is there. */
export interface PeerSocket {
  /** Whether the peer's certificate is signed by our authority. */
  readonly authorized: boolean;
  getPeerCertificate(): PeerCertificate;
}

export interface AuthenticatorOptions {
  readonly adminToken: string;
  readonly tokens: ServiceAccountTokens;
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
}

/** Finds out who calls: by client certificate, the admin's token, or the token of a service account. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #adminTokenHash: Buffer;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#adminTokenHash = sha256(options.adminToken);
  }

  /** @throws KubeError `Unauthorized` for whoever does not say, or cannot prove, who he is */
  async userOf(peer: PeerSocket, headers: IncomingHttpHeaders): Promise<UserInfo> {
    const user = certificateUser(peer) ?? (await this.#tokenUser(bearerToken(headers.authorization)));
    if (!user) throw new KubeError("Unauthorized", "Unauthorized");
    return { ...user, groups: [...user.groups, "system:authenticated"] };
  }

  async #tokenUser(token: string | undefined): Promise<UserInfo | undefined> {
    if (token === undefined) return undefined;
    // Hashes have one length, so that the comparison takes one time.
    if (timingSafeEqual(sha256(token), this.#adminTokenHash)) return ADMIN;
    const claims = await this.#options.tokens.verify(token);
    return claims && (await this.#isAlive(claims)) ? serviceAccountUser(claims) : undefined;
  }

  /** A token lasts no longer than its account and the object that it is bound to. */
  async #isAlive({ namespace, name, uid, boundTo }: ServiceAccountClaims): Promise<boolean> {
    const isAccountThere = await this.#exists("serviceaccounts", { namespace, name, uid });
    if (!isAccountThere || !boundTo) return isAccountThere;
    return this.#exists(boundTo.kind === "Pod" ? "pods" : "secrets", { namespace, ...boundTo });
  }

  async #exists(plural: string, object: { namespace: string; name: string; uid: string }): Promise<boolean> {
    const { api, registry } = this.#options;
    const resource = registry.find("", "v1", plural);
    if (!resource) return false;
    try {
      const stored = await api.get({ resource, namespace: object.namespace, name: object.name });
      return stored.object.metadata.uid === object.uid;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return false;
      throw error;
    }
  }
}

const ADMIN: UserInfo = { name: ADMIN_USER, groups: [ADMIN_GROUP] };

/** A connection has one certificate as long as it lives, and reading it costs as much as deciding on a small request. */
const knownUsers = new WeakMap<PeerSocket, UserInfo>();

function certificateUser(peer: PeerSocket): UserInfo | undefined {
  const user = knownUsers.get(peer) ?? subjectUser(peer);
  if (user) knownUsers.set(peer, user);
  return user;
}

/** Kubernetes convention: the common name is the user, each organization one of its groups. */
function subjectUser(peer: PeerSocket): UserInfo | undefined {
  if (!peer.authorized) return undefined;
  const { subject } = peer.getPeerCertificate();
  const name = [subject?.CN].flat()[0];
  return name ? { name, groups: [subject.O ?? []].flat() } : undefined;
}

function serviceAccountUser({ namespace, name, uid }: ServiceAccountClaims): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
  };
}

function bearerToken(authorization = ""): string | undefined {
  const [scheme = "", token = ""] = authorization.split(" ");
  return scheme.toLowerCase() === "bearer" && token !== "" ? token : undefined;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
