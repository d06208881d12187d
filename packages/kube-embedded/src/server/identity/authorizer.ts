import type { UserInfo } from "../../api/kube-api.ts";

/** What a caller wants to do: to a resource, or to a path that is none (`/version`). */
export interface AccessAttributes {
  readonly user: UserInfo;
  /** `get`, `list`, `watch`, `create`, …; for other paths the HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** The port that says who may do what. */
export interface Authorizer {
  isAllowed(attributes: AccessAttributes): Promise<boolean>;
}

/** Whoever has proven who he is may do everything: a laptop has one user. */
export const ALLOW_ALL: Authorizer = { isAllowed: () => Promise.resolve(true) };
