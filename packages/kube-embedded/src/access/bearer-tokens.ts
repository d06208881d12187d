import { type Clock, epochMsOf, type KubeObject, type ObjectName } from "@heliostat/kube";
import type { UserInfo } from "../api/kube-api.ts";

/** Reads tokens. It knows signatures and times, and nothing of what is stored. */
export interface TokenReader {
  /**
   * What a genuine token says; `undefined` when it is not ours, not valid now, or for none of `audiences`.
   *
   * @param audiences empty: the API server's own
   */
  read(token: string, audiences: readonly string[]): Promise<ReadToken | undefined>;
}

export interface ReadToken {
  readonly user: UserInfo;
  /** Those of the asked audiences that the token is for. */
  readonly audiences: readonly string[];
  /** The objects without which the token is worthless. */
  readonly standsOn: readonly StoredReference[];
}

/** One very object: another of the same name is another. */
export interface StoredReference extends ObjectName {
  readonly plural: "serviceaccounts" | "pods" | "secrets" | "nodes";
  readonly uid: string;
}

export interface BearerTokensOptions {
  readonly reader: TokenReader;
  readonly clock: Clock;
  /** The stored object of that name, if there is one. */
  find(reference: StoredReference): KubeObject | undefined | Promise<KubeObject | undefined>;
}

/** Tells who bears a token. */
export class BearerTokens {
  readonly #options: BearerTokensOptions;

  constructor(options: BearerTokensOptions) {
    this.#options = options;
  }

  /** `undefined` for a token that proves nothing, or whose account, pod or secret is gone. */
  async bearerOf(token: string, audiences: readonly string[] = []): Promise<ReadToken | undefined> {
    const read = await this.#options.reader.read(token, audiences);
    if (!read) return undefined;
    for (const reference of read.standsOn) if (!(await this.#isAlive(reference))) return undefined;
    return read;
  }

  async #isAlive(reference: StoredReference): Promise<boolean> {
    const found = await this.#options.find(reference);
    if (!found || found.metadata.uid !== reference.uid) return false;
    const { deletionTimestamp } = found.metadata;
    if (deletionTimestamp === undefined) return true;
    return this.#options.clock.now() <= (epochMsOf(deletionTimestamp) ?? 0) + LEEWAY_MS;
  }
}

/** What is being deleted may still say goodbye (Kubernetes rule). */
const LEEWAY_MS = 60_000;

/** Nobody signs here, so that no token is genuine. */
export const NO_TOKENS: TokenReader = { read: async () => undefined };
