import type { UserInfo } from "../api/kube-api.ts";

/** What a caller wants to do: to a resource, or to a path that is none (`/version`). */
export interface AccessAttributes {
  readonly user: UserInfo;
  /** `get`, `list`, `watch`, `create`, …; for other paths the HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
  readonly resource?: AccessedResource;
}

export interface AccessedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly subresource?: string;
  /** Absent at the cluster scope. Of a namespace itself it is its own name (Kubernetes rule). */
  readonly namespace?: string;
  /** Absent for collections, but for lists and watches of one name. */
  readonly name?: string;
}

/** The port that says who may do what. */
export interface Authorizer {
  isAllowed(attributes: AccessAttributes): Promise<boolean>;
}
