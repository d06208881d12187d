/** What a request shows of its caller. At most one of the two is used; which wins is the façade's rule. */
export interface Credentials {
  /** The token of `Authorization: Bearer …`. */
  readonly bearer?: string;
  /** The value of `X-Domino-Api-Key`. */
  readonly apiKey?: string;
}

/** Who calls, as the authenticator knows them. */
export interface Caller {
  /** The name that permissions and owner labels speak of. */
  readonly name: string;
  /** @default the name; another identifier by which owner labels may know the caller (Domino: the user's id) */
  readonly id?: string;
  readonly groups: readonly string[];
  /** Whether everything is allowed, whoever owns it. Kubernetes decides by review instead. */
  readonly isAdmin: boolean;
  /** What Kubernetes' review said beside name and groups; handed on unread to a SubjectAccessReview. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface IdentityCallOptions {
  readonly signal?: AbortSignal;
}

/** Who is it? The port in front of every identity provider. */
export interface Authenticator {
  /**
   * @returns the caller, or `undefined` when the credentials are not accepted
   * @throws IdentityError `Unavailable` when nobody can say: whoever asks must refuse (fail closed)
   */
  authenticate(credentials: Credentials, options?: IdentityCallOptions): Promise<Caller | undefined>;
}

/** One thing that a caller wants to do, in Kubernetes' words. */
export interface Access {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`. */
  readonly verb: string;
  /** `""` is the core group. */
  readonly group: string;
  /** Plural: `rayclusters`. */
  readonly resource: string;
  readonly subresource?: string;
  /** @default all namespaces */
  readonly namespace?: string;
  /** @default any name */
  readonly name?: string;
}

export interface Verdict {
  readonly isAllowed: boolean;
  /** For logs and for those who may know; empty when nobody said why. */
  readonly reason: string;
}

/** May they? */
export interface Authorizer {
  /** @throws IdentityError `Unavailable` when nobody can say: whoever asks must refuse */
  authorize(caller: Caller, access: Access, options?: IdentityCallOptions): Promise<Verdict>;
}

/** Why nothing can be said about a caller. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly reason: "Unavailable" | "Misconfigured";

  constructor(reason: IdentityError["reason"], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
