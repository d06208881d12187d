import {
  type ClusterRole,
  isEqualJson,
  type KubeObject,
  type PolicyRule,
  type RoleRef,
} from "@heliostat/kube";
import type { AdmissionPlugin, AdmittedWrite } from "../api/admission/admission-plugin.ts";
import { forbidden, notFound } from "../api/refusals.ts";
import type { Binding, Grants } from "./grants.ts";
import { FULL_RULES, isPrivileged, type Policy } from "./policy.ts";
import { compactRules, missingRules, quotedList, ruleText } from "./rules/missing-rules.ts";

interface Ground {
  readonly policy: Policy;
  readonly grants: Grants;
}

/**
 * Nobody may give what he does not hold: not by a role's rules, not by binding somebody to a role. Excepted are
 * those who may `escalate` the role or `bind` to it (Kubernetes rule).
 */
export function escalationGuard(ground: Ground): AdmissionPlugin {
  return {
    admit(write) {
      const { resource, user, object, stored } = write;
      if (resource.group !== "rbac.authorization.k8s.io" || isPrivileged(user)) return undefined;
      if (stored && isHousekeeping(object, stored)) return undefined;
      if (resource.plural.endsWith("bindings")) assertMayBind(ground, write);
      else assertMayDefine(ground, write);
      return undefined;
    },
  };
}

/** The garbage collector may release an object whose rules it does not hold. */
function isHousekeeping(object: KubeObject, stored: KubeObject): boolean {
  return isEqualJson(ownContent(object), ownContent(stored));
}

function ownContent({ metadata, ...rest }: KubeObject): object {
  const {
    ownerReferences: _,
    finalizers: __,
    managedFields: ___,
    resourceVersion: ____,
    ...own
  } = metadata as KubeObject["metadata"] & { readonly managedFields?: unknown };
  return { ...rest, metadata: own };
}

function assertMayDefine({ policy }: Ground, write: AdmittedWrite): void {
  const { resource, object, stored, user } = write;
  const { name } = object.metadata;
  const escalates = { user, verb: "escalate", path: "", resource: { ...placeOf(write), version: "*", name } };
  if (policy.decide(escalates).isAllowed) return;
  if ([object, stored].some(isAggregating) && missing(policy, write, FULL_RULES).length > 0)
    throw forbidden(resource, name, "must have cluster-admin privileges to use the aggregationRule");
  assertHeld(policy, write, (object as ClusterRole).rules ?? []);
}

function assertMayBind({ policy, grants }: Ground, write: AdmittedWrite): void {
  const { user, object } = write;
  const { roleRef, metadata } = object as Binding;
  const { namespace = "" } = metadata;
  const binds = {
    user,
    verb: "bind",
    path: "",
    resource: {
      ...placeOf(write),
      plural: rolePlural(roleRef),
      version: "*",
      name: roleRef.name,
    },
  };
  if (policy.decide(binds).isAllowed) return;
  const rules = grants.rulesOfRole(roleRef, namespace);
  if (!rules) throw notFound({ group: write.resource.group, plural: rolePlural(roleRef) }, roleRef.name);
  assertHeld(policy, write, rules);
}

function assertHeld(policy: Policy, write: AdmittedWrite, rules: readonly PolicyRule[]): void {
  const lacking = compactRules(missing(policy, write, rules));
  if (lacking.length === 0) return;
  const { resource, object, user } = write;
  const lines = [...new Set(lacking.map(ruleText))].sort().join("\n");
  const who = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)})`;
  const because = `${who} is attempting to grant RBAC permissions not currently held:\n${lines}`;
  throw forbidden(resource, object.metadata.name, because);
}

function missing(
  policy: Policy,
  { user, object }: AdmittedWrite,
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  return missingRules(policy.rulesOf(user, object.metadata.namespace ?? "").rules, wanted);
}

function isAggregating(object: KubeObject | undefined): boolean {
  return (object as ClusterRole | undefined)?.aggregationRule !== undefined;
}

function rolePlural({ kind }: RoleRef): string {
  return kind === "Role" ? "roles" : "clusterroles";
}

function placeOf({ resource, object }: AdmittedWrite): {
  readonly group: string;
  readonly plural: string;
  readonly namespace?: string;
} {
  const { group, plural } = resource;
  const { namespace } = object.metadata;
  return { group, plural, ...(namespace !== undefined && { namespace }) };
}
