import type { Pod, ResourceQuota, ScopedResourceSelectorRequirement } from "../../gen/types.ts";
import type { KubeObject } from "../object.ts";
import { podAmounts } from "../pod-resources.ts";
import { groupResource, type Resource } from "../resource.ts";

/** Whether a quota counts the object at all: one with scopes counts pods of those scopes alone. */
export function isInQuotaScope(
  { spec = {} }: ResourceQuota,
  resource: Pick<Resource, "group" | "plural">,
  object: KubeObject,
): boolean {
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" }));
  const scopes = [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])];
  if (scopes.length === 0) return true;
  return groupResource(resource) === "pods" && scopes.every((scope) => isInScope(object as Pod, scope));
}

function isInScope(pod: Pod, scope: ScopedResourceSelectorRequirement): boolean {
  if (scope.scopeName === "PriorityClass") return hasPriorityClass(pod, scope);
  return SCOPES[scope.scopeName]?.(pod) ?? false;
}

const SCOPES: Readonly<Record<string, (pod: Pod) => boolean>> = {
  Terminating: ({ spec }) => spec?.activeDeadlineSeconds !== undefined,
  NotTerminating: ({ spec }) => spec?.activeDeadlineSeconds === undefined,
  BestEffort: isBestEffort,
  NotBestEffort: (pod) => !isBestEffort(pod),
};

function isBestEffort(pod: Pod): boolean {
  const requests = podAmounts(pod, "requests");
  return ["cpu", "memory"].every((name) => (requests.get(name) ?? 0) === 0);
}

function hasPriorityClass({ spec }: Pod, scope: ScopedResourceSelectorRequirement): boolean {
  const { operator, values = [] } = scope;
  const name = spec?.priorityClassName;
  switch (operator) {
    case "In":
      return name !== undefined && values.includes(name);
    case "NotIn":
      return name === undefined || !values.includes(name);
    case "Exists":
      return name !== undefined;
    default:
      return name === undefined;
  }
}
