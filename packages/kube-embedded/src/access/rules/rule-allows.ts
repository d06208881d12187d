import type { PolicyRule } from "@heliostat/kube";
import type { AccessAttributes, AccessedResource } from "../authorizer.ts";

/** Whether one rule of a role covers a request (rbac.authorization.k8s.io). */
export function ruleAllows(rule: PolicyRule, { verb, path, resource }: AccessAttributes): boolean {
  if (!hasOrAll(rule.verbs, verb)) return false;
  return resource ? allowsResource(rule, resource) : allowsPath(rule.nonResourceURLs, path);
}

/** Whether one of these paths, which may end in `*`, covers `path`. */
export function allowsPath(patterns: readonly string[] = [], path: string): boolean {
  return patterns.some((pattern) => {
    if (pattern === "*" || pattern === path) return true;
    return pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, ""));
  });
}

/** Whether a list of names holds `name`, or the star that stands for all. */
export function hasOrAll(names: readonly string[] = [], name: string): boolean {
  return names.includes("*") || names.includes(name);
}

function allowsResource(
  rule: PolicyRule,
  { group, plural, subresource, name = "" }: AccessedResource,
): boolean {
  const { apiGroups, resources, resourceNames = [] } = rule;
  if (!hasOrAll(apiGroups, group)) return false;
  if (!namesResource(resources, plural, subresource)) return false;
  return resourceNames.length === 0 || resourceNames.includes(name);
}

// `pods` does not reach `pods/log`; `*` reaches both, and `*/log` the logs of everything.
function namesResource(resources: readonly string[] = [], plural: string, subresource?: string): boolean {
  if (subresource === undefined) return hasOrAll(resources, plural);
  return hasOrAll(resources, `${plural}/${subresource}`) || resources.includes(`*/${subresource}`);
}
