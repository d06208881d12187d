import type { PolicyRule } from "@heliostat/kube";
import { allowsPath, hasOrAll } from "./rule-allows.ts";

/**
 * What of `wanted` is not among `held`: one rule for each verb on each resource or path, and for each name.
 * Nothing is missing exactly when nobody gains by being given `wanted`.
 */
export function missingRules(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  return wanted.flatMap(singleRules).filter((single) => !held.some((rule) => covers(rule, single)));
}

/** The same rules with the verbs of one resource together. */
export function compactRules(singles: readonly PolicyRule[]): readonly PolicyRule[] {
  const byWhat = new Map<string, PolicyRule>();
  for (const { verbs, ...what } of singles) {
    const key = JSON.stringify(what);
    const verbsSoFar = byWhat.get(key)?.verbs ?? [];
    byWhat.set(key, { ...what, verbs: [...new Set([...verbsSoFar, ...verbs])] });
  }
  return [...byWhat.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, as Kubernetes prints a rule. */
export function ruleText(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ];
  const shown = parts.flatMap(([name, values]) => (values?.length ? [`${name}:${quotedList(values)}`] : []));
  return `{${shown.join(", ")}}`;
}

/** Go's `%q` of a list. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;
}

function singleRules(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length > 0 ? resourceNames.map((name) => [name]) : [undefined];
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      names.flatMap((name) =>
        verbs.map((verb) => ({
          apiGroups: [group],
          resources: [resource],
          verbs: [verb],
          ...(name && { resourceNames: name }),
        })),
      ),
    ),
  );
  const ofPaths = nonResourceURLs.flatMap((url) =>
    verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })),
  );
  return [...ofResources, ...ofPaths];
}

function covers(held: PolicyRule, single: PolicyRule): boolean {
  if (!hasOrAll(held.verbs, only(single.verbs))) return false;
  if (single.nonResourceURLs) return allowsPath(held.nonResourceURLs, only(single.nonResourceURLs));
  return (
    hasOrAll(held.apiGroups, only(single.apiGroups)) &&
    coversResource(held.resources, only(single.resources)) &&
    coversName(held.resourceNames, single.resourceNames)
  );
}

function coversResource(held: readonly string[] = [], resource: string): boolean {
  if (hasOrAll(held, resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && held.includes(`*${resource.slice(slash)}`);
}

function coversName(held: readonly string[] = [], name: readonly string[] | undefined): boolean {
  return held.length === 0 || (name !== undefined && held.includes(only(name)));
}

function only(values: readonly string[] = []): string {
  return values[0] ?? "";
}
