import type { ClusterRole, PolicyRule, Role, Subject } from "@heliostat/kube";
import type { Binding } from "../access/grants.ts";

/** All that role-based access control knows. */
export interface RbacObjects {
  readonly roles: readonly (Role | ClusterRole)[];
  readonly bindings: readonly Binding[];
}

/** One question, spelled out: `resource` is `pods` or `pods/log`; an empty namespace is the cluster scope. */
export interface NaiveQuestion {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * Role-based access control as its documentation tells it, by reading everything for each question. It shares no
 * code and no idea with what it checks: rules become regular expressions over one line that spells the question.
 */
export function naivelyAllowed({ roles, bindings }: RbacObjects, question: NaiveQuestion): boolean {
  if (question.groups.includes("system:masters")) return true;
  return bindings.some((binding) => {
    const home = binding.metadata.namespace ?? "";
    if (home !== "" && home !== question.namespace) return false;
    if (!(binding.subjects ?? []).some((subject) => means(subject, home, question))) return false;
    const role = roles.find(
      ({ kind, metadata }) =>
        kind === binding.roleRef.kind &&
        metadata.name === binding.roleRef.name &&
        (metadata.namespace ?? "") === (kind === "Role" ? home : ""),
    );
    return (role?.rules ?? []).some((rule) => lineOf(question).search(patternOf(rule, question)) === 0);
  });
}

function means(subject: Subject, home: string, { user, groups }: NaiveQuestion): boolean {
  const meant: Record<string, boolean> = {
    User: user === subject.name,
    Group: groups.includes(subject.name),
    ServiceAccount: user === `system:serviceaccount:${subject.namespace ?? home}:${subject.name}`,
  };
  return meant[subject.kind] ?? false;
}

function lineOf({ verb, path, group = "", resource = "", name = "" }: NaiveQuestion): string {
  return path === undefined ? `${verb} ${group} ${resource} ${name}` : `${verb} ${path}`;
}

const NOTHING = /^(?!)/;

function patternOf(rule: PolicyRule, { path }: NaiveQuestion): RegExp {
  const verbs = anyOf(rule.verbs, "[^ ]*");
  if (path !== undefined) {
    const urls = (rule.nonResourceURLs ?? []).map((url) => escaped(url).replace(/(\\\*)+$/, ".*"));
    return urls.length === 0 ? NOTHING : new RegExp(`^${verbs} (?:${urls.join("|")})$`);
  }
  if (!rule.apiGroups?.length || !rule.resources?.length) return NOTHING;
  const resources = rule.resources.map((each) => {
    if (each === "*") return "[^ ]*";
    return each.startsWith("*/") ? `[^ /]+/${escaped(each.slice(2))}` : escaped(each);
  });
  const names = rule.resourceNames?.length ? `(?:${rule.resourceNames.map(escaped).join("|")})` : ".*";
  return new RegExp(`^${verbs} ${anyOf(rule.apiGroups, "[^ ]*")} (?:${resources.join("|")}) ${names}$`);
}

function anyOf(values: readonly string[], all: string): string {
  if (values.includes("*")) return all;
  return values.length === 0 ? "(?!)" : `(?:${values.map(escaped).join("|")})`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
