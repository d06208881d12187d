import type { Clock, KubeObject, Random } from "@heliostat/kube";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import type { ServiceAddresses } from "../registry/service-addresses.ts";
import type { CompiledSchema } from "../schema/compiled-schema.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Admission } from "./admission/admission.ts";
import type { UserInfo } from "./kube-api.ts";

/** What every verb stands on. */
export interface ApiGround {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly serviceAddresses: ServiceAddresses;
  readonly reviews: Reviewer;
  readonly admission: Admission;
  /** Absent where nobody signs: then `serviceaccounts/token` is refused. */
  readonly tokens?: TokenIssuer;
  schemaOf(resource: ServedResource): CompiledSchema;
}

/** Signs tokens for service accounts. The server brings one. */
export interface TokenIssuer {
  issue(request: TokenOrder): Promise<IssuedToken>;
}

export interface TokenOrder {
  readonly serviceAccount: KubeObject;
  /** Empty: the API server's own. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The pod (or secret) whose end makes the token worthless. */
  readonly boundTo?: { readonly kind: string; readonly name: string; readonly uid: string };
}

export interface IssuedToken {
  readonly token: string;
  /** RFC 3339 */
  readonly expirationTimestamp: string;
}

/** Answers the kinds that are questions and are never stored (SelfSubjectAccessReview, TokenReview, …). */
export interface Reviewer {
  /** The object with its `status`. */
  review(question: KubeObject, user: UserInfo): Promise<KubeObject>;
}
