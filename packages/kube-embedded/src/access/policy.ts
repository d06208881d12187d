import type { PolicyRule } from "@heliostat/kube";
import type { UserInfo } from "../api/kube-api.ts";
import type { AccessAttributes, Authorizer } from "./authorizer.ts";

/** How it is decided who may do what: `allow` asks only whether the caller is known, `rbac` asks the stored roles. */
export type AuthorizationMode = "allow" | "rbac";

/** The rules by which requests are judged. Asking has no effect and needs no wait. */
export interface Policy {
  decide(attributes: AccessAttributes): Decision;
  /** What `user` may do in `namespace`; with an empty one, at the cluster scope. */
  rulesOf(user: UserInfo, namespace: string): HeldRules;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** Why it is allowed, in Kubernetes' words. */
  readonly reason?: string;
  /** What could not be judged, such as a binding to a role that is not there. */
  readonly evaluationError?: string;
}

export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  readonly problems: readonly string[];
}

/** A policy behind the port. */
export function authorizerOf(policy: Policy): Authorizer {
  return { isAllowed: async (attributes) => policy.decide(attributes).isAllowed };
}

/** Kubernetes convention: members of this group may do everything, whatever the roles say. */
const PRIVILEGED_GROUP = "system:masters";

export function isPrivileged({ groups }: UserInfo): boolean {
  return groups.includes(PRIVILEGED_GROUP);
}

/** Who may do everything holds these. */
export const FULL_RULES: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];
