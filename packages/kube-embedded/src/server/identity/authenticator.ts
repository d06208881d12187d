import type { PeerCertificate } from "node:tls";
import { KubeError } from "@heliostat/kube";
import type { BearerTokens } from "../../access/bearer-tokens.ts";
import type { RawHeaders } from "../../access/impersonation.ts";
import { AUTHENTICATED } from "../../access/subject-names.ts";
import type { UserInfo } from "../../api/kube-api.ts";

/** The TLS half of a connection, as far as it tells who is there. */
export interface PeerSocket {
  /** Whether the peer's certificate is signed by our authority. */
  readonly authorized: boolean;
  getPeerCertificate(): PeerCertificate;
}

/** Finds out who calls: by client certificate, the admin's token, or the token of a service account. */
export class Authenticator {
  readonly #bearers: BearerTokens;

  constructor(bearers: BearerTokens) {
    this.#bearers = bearers;
  }

  /** @throws KubeError `Unauthorized` for whoever does not say, or cannot prove, who he is */
  async userOf(peer: PeerSocket, headers: RawHeaders): Promise<UserInfo> {
    const user = certificateUser(peer) ?? (await this.#tokenUser(bearerToken(headers)));
    if (!user) throw new KubeError("Unauthorized", "Unauthorized");
    return user;
  }

  async #tokenUser(token: string | undefined): Promise<UserInfo | undefined> {
    return token === undefined ? undefined : (await this.#bearers.bearerOf(token))?.user;
  }
}

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
  return name ? { name, groups: [...[subject.O ?? []].flat(), AUTHENTICATED] } : undefined;
}

/** Two tokens are two claims, and proxies disagree about which one counts: then none does. */
function bearerToken(headers: RawHeaders): string | undefined {
  const claims = headers.filter(
    (_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === "authorization",
  );
  const [scheme = "", token = ""] = (claims[0] ?? "").split(" ");
  return claims.length === 1 && scheme.toLowerCase() === "bearer" && token !== "" ? token : undefined;
}
