import { createHash, timingSafeEqual } from "node:crypto";
import type { ReadToken, TokenReader } from "../../access/bearer-tokens.ts";
import { AUTHENTICATED } from "../../access/subject-names.ts";
import { ADMIN_GROUP, ADMIN_USER } from "../pki/credentials.ts";
import { API_AUDIENCE, type ServiceAccountTokens } from "./service-account-tokens.ts";

/** Every token that this server takes: the administrator's, and those of service accounts. */
export class KnownTokens implements TokenReader {
  readonly #adminTokenHash: Buffer;
  readonly #serviceAccounts: ServiceAccountTokens;

  constructor(adminToken: string, serviceAccounts: ServiceAccountTokens) {
    this.#adminTokenHash = sha256(adminToken);
    this.#serviceAccounts = serviceAccounts;
  }

  async read(token: string, audiences: readonly string[]): Promise<ReadToken | undefined> {
    // Hashes have one length, so that the comparison takes one time.
    if (!timingSafeEqual(sha256(token), this.#adminTokenHash)) {
      return this.#serviceAccounts.read(token, audiences);
    }
    // It names no audience, so that it is for the API server alone.
    const isForUs = audiences.length === 0 || audiences.includes(API_AUDIENCE);
    return isForUs ? ADMIN : undefined;
  }
}

const ADMIN: ReadToken = {
  user: { name: ADMIN_USER, groups: [ADMIN_GROUP, AUTHENTICATED] },
  audiences: [API_AUDIENCE],
  standsOn: [],
};

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
