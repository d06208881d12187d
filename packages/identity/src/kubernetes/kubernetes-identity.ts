import { isKubeError, type KubeClient } from "@heliostat/kube";
import {
  type Access,
  type Authenticator,
  type Authorizer,
  type Caller,
  type Credentials,
  type IdentityCallOptions,
  IdentityError,
  type Verdict,
} from "../port.ts";
import { SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS } from "./review-resources.ts";

export interface KubernetesIdentityOptions {
  /** Needs `create` on tokenreviews and subjectaccessreviews (Kubernetes role `system:auth-delegator`). */
  readonly client: Pick<KubeClient, "create">;
  /** For whom tokens must be meant. @default whom the API server takes them for */
  readonly audiences?: readonly string[];
}

/** Both ports at once: the cluster knows its tokens, and what those who bear them may do. */
export interface KubernetesIdentity extends Authenticator, Authorizer {}

/**
 * Identity and permission as the cluster has them: a TokenReview for each token, a SubjectAccessReview in the caller's
 * name for each access. API keys are not Kubernetes' business and are never accepted.
 *
 * Its errors are `IdentityError`: `Misconfigured` when the API refuses us the reviews, else `Unavailable`.
 */
export function kubernetesIdentity({ client, audiences }: KubernetesIdentityOptions): KubernetesIdentity {
  return {
    async authenticate(
      { bearer }: Credentials,
      options: IdentityCallOptions = {},
    ): Promise<Caller | undefined> {
      if (bearer === undefined || bearer === "") return undefined;
      const { status = {} } = await reviewed("TokenReview", () =>
        client.create(
          TOKEN_REVIEWS,
          {
            apiVersion: "authentication.k8s.io/v1",
            kind: "TokenReview",
            metadata: { name: "" },
            spec: { token: bearer, ...(audiences && { audiences: [...audiences] }) },
          },
          options,
        ),
      );
      if (!status.authenticated || !isMeantFor(status.audiences, audiences)) return undefined;
      return callerOf(status.user);
    },

    async authorize(caller: Caller, access: Access, options: IdentityCallOptions = {}): Promise<Verdict> {
      const { status } = await reviewed("SubjectAccessReview", () =>
        client.create(
          SUBJECT_ACCESS_REVIEWS,
          {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SubjectAccessReview",
            metadata: { name: "" },
            spec: { ...subjectOf(caller), resourceAttributes: attributesOf(access) },
          },
          options,
        ),
      );
      const isAllowed = status?.allowed === true && status.denied !== true;
      return { isAllowed, reason: status?.reason ?? status?.evaluationError ?? "" };
    },
  };
}

/** A server that knows no audiences answers without; then its word must not be taken for ours (Kubernetes: TokenReview). */
function isMeantFor(answered: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || wanted.some((audience) => answered?.includes(audience));
}

interface ReviewedUser {
  readonly username?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Without the uid: owner labels name people of a cluster by their names, and no authorizer of Kubernetes' reads it. */
function callerOf({ username, groups = [], extra }: ReviewedUser = {}): Caller | undefined {
  if (!username) return undefined;
  return { name: username, groups, isAdmin: false, ...(extra && { extra }) };
}

function subjectOf({ name, groups, extra }: Caller): {
  user: string;
  groups: string[];
  extra?: Record<string, string[]>;
} {
  return {
    user: name,
    groups: [...groups],
    ...(extra && {
      extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])),
    }),
  };
}

function attributesOf({
  verb,
  group,
  resource,
  subresource,
  namespace,
  name,
}: Access): Record<string, string> {
  return {
    verb,
    group,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

async function reviewed<T>(kind: string, create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (cause) {
    if (!isKubeError(cause)) throw cause;
    const isOurs = cause.reason === "Forbidden" || cause.reason === "Unauthorized";
    throw new IdentityError(
      isOurs ? "Misconfigured" : "Unavailable",
      isOurs
        ? `Cannot create a ${kind}: the API refuses it. Bind this service's account to system:auth-delegator`
        : `Cannot create a ${kind}: ${cause.message}`,
      { cause },
    );
  }
}
