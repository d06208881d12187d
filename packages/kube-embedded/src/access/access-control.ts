import type { Clock } from "@heliostat/kube";
import type { AdmissionPlugin } from "../api/admission/admission-plugin.ts";
import type { Reviewer } from "../api/api-ground.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { accessReviews } from "./access-reviews.ts";
import { ALLOW_POLICY } from "./allow-policy.ts";
import type { Authorizer } from "./authorizer.ts";
import { BearerTokens, NO_TOKENS, type StoredReference, type TokenReader } from "./bearer-tokens.ts";
import { escalationGuard } from "./escalation-guard.ts";
import { Grants } from "./grants.ts";
import { type AuthorizationMode, authorizerOf, type Policy } from "./policy.ts";
import { RbacPolicy } from "./rbac-policy.ts";

export interface AccessControlOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly mode: AuthorizationMode;
  /** @default there are no tokens */
  readonly tokenReader?: TokenReader | undefined;
}

/** Who may do what in this API: judged before requests, told to those who ask, guarded when roles are written. */
export interface AccessControl {
  readonly authorizer: Authorizer;
  readonly reviews: Reviewer;
  /** Absent where nothing has to be guarded. */
  readonly guard?: AdmissionPlugin;
}

export function accessControl(options: AccessControlOptions): AccessControl {
  const { mode } = options;
  if (mode === "allow") return controlBy(ALLOW_POLICY, options);
  const grants = new Grants(options.store);
  const policy = new RbacPolicy(grants);
  return { ...controlBy(policy, options), guard: escalationGuard({ policy, grants }) };
}

function controlBy(
  policy: Policy,
  { store, clock, tokenReader = NO_TOKENS }: AccessControlOptions,
): AccessControl {
  const bearers = new BearerTokens({
    reader: tokenReader,
    clock,
    find: (reference) => store.get(addressOf(reference))?.object,
  });
  return { authorizer: authorizerOf(policy), reviews: accessReviews({ policy, bearers }) };
}

function addressOf({ plural, namespace, name }: StoredReference): {
  readonly storageKey: string;
  readonly key: string;
} {
  return { storageKey: `/${plural}`, key: namespace === undefined ? name : `${namespace}/${name}` };
}
