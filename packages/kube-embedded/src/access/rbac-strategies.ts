import type { ClusterRole, FieldCause, KubeObject, PolicyRule, RoleRef, Subject } from "@heliostat/kube";
import { isEqualJson, requirementsOf } from "@heliostat/kube";
import { invalidValue, requiredValue, unsupportedValue } from "../api/field-causes.ts";
import { pathTraps } from "../api/validate-metadata.ts";
import type { ResourceStrategy } from "../registry/served-resource.ts";
import type { Binding } from "./grants.ts";

const GROUP = "rbac.authorization.k8s.io";

/** Roles of a namespace: rules on resources, in Kubernetes' shape. */
export const ROLE_STRATEGY: ResourceStrategy = {
  nameRule: "pathSegment",
  allowsCreateOnUpdate: true,
  validate: (object) => ruleListProblems(object, { isNamespaced: true }),
};

export const CLUSTER_ROLE_STRATEGY: ResourceStrategy = {
  nameRule: "pathSegment",
  allowsCreateOnUpdate: true,
  validate: (object) => [
    ...ruleListProblems(object, { isNamespaced: false }),
    ...aggregationProblems(object as ClusterRole),
  ],
};

/** Whom a binding binds may change, what it binds them to may not. */
export const ROLE_BINDING_STRATEGY: ResourceStrategy = bindingStrategy({ isNamespaced: true });
export const CLUSTER_ROLE_BINDING_STRATEGY: ResourceStrategy = bindingStrategy({ isNamespaced: false });

interface Scope {
  readonly isNamespaced: boolean;
}

function bindingStrategy(scope: Scope): ResourceStrategy {
  return {
    nameRule: "pathSegment",
    allowsCreateOnUpdate: true,
    defaults: (object) => defaultedBinding(object as Binding) as KubeObject,
    validate: (object, stored) => bindingProblems(object as Binding, stored as Binding | undefined, scope),
  };
}

function defaultedBinding(binding: Binding): Binding {
  const { roleRef, subjects } = binding;
  return {
    ...binding,
    roleRef: { ...roleRef, apiGroup: roleRef.apiGroup || GROUP },
    ...(subjects && { subjects: subjects.map(defaultedSubject) }),
  };
}

function defaultedSubject(subject: Subject): Subject {
  if (subject.apiGroup || (subject.kind !== "User" && subject.kind !== "Group")) return subject;
  return { ...subject, apiGroup: GROUP };
}

function ruleListProblems(object: KubeObject, scope: Scope): readonly FieldCause[] {
  const { rules = [] } = object as ClusterRole;
  return rules.flatMap((rule, index) => ruleProblems(rule, `rules[${index}]`, scope));
}

function ruleProblems(rule: PolicyRule, at: string, { isNamespaced }: Scope): readonly FieldCause[] {
  const { verbs, nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  const problems: FieldCause[] = [];
  if (verbs.length === 0)
    problems.push(requiredValue(`${at}.verbs`, "verbs must contain at least one value"));
  if (nonResourceURLs.length === 0) {
    if (apiGroups.length === 0)
      problems.push(requiredValue(`${at}.apiGroups`, "resource rules must supply at least one api group"));
    if (resources.length === 0)
      problems.push(requiredValue(`${at}.resources`, "resource rules must supply at least one resource"));
    return problems;
  }
  const field = `${at}.nonResourceURLs`;
  if (isNamespaced)
    problems.push(invalidValue(field, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"));
  if (apiGroups.length + resources.length + resourceNames.length > 0)
    problems.push(
      invalidValue(
        field,
        nonResourceURLs,
        "rules cannot apply to both regular resources and non-resource URLs",
      ),
    );
  return problems;
}

function aggregationProblems({ aggregationRule }: ClusterRole): readonly FieldCause[] {
  if (!aggregationRule) return [];
  const at = "aggregationRule.clusterRoleSelectors";
  const { clusterRoleSelectors = [] } = aggregationRule;
  if (clusterRoleSelectors.length === 0) {
    const detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
    return [requiredValue(at, detail)];
  }
  return clusterRoleSelectors.flatMap((selector, index) => {
    try {
      requirementsOf(selector);
      return [];
    } catch (error) {
      return [invalidValue(`${at}[${index}]`, selector, error instanceof Error ? error.message : "")];
    }
  });
}

function bindingProblems(
  { roleRef, subjects = [] }: Binding,
  stored: Binding | undefined,
  scope: Scope,
): readonly FieldCause[] {
  const ofSubjects = subjects.flatMap((each, index) => subjectProblems(each, `subjects[${index}]`, scope));
  const isOther = stored !== undefined && !isEqualJson(roleRef, stored.roleRef);
  const frozen = isOther ? [invalidValue("roleRef", roleRef, "cannot change roleRef")] : [];
  return [...roleRefProblems(roleRef, scope), ...ofSubjects, ...frozen];
}

function roleRefProblems({ apiGroup, kind, name }: RoleRef, { isNamespaced }: Scope): readonly FieldCause[] {
  const kinds = isNamespaced ? ["ClusterRole", "Role"] : ["ClusterRole"];
  const problems: FieldCause[] = [];
  if (apiGroup !== GROUP) problems.push(unsupportedValue("roleRef.apiGroup", apiGroup, [GROUP]));
  if (!kinds.includes(kind)) problems.push(unsupportedValue("roleRef.kind", kind, kinds));
  if (name === "") problems.push(requiredValue("roleRef.name"));
  problems.push(...pathTraps(name).map((trap) => invalidValue("roleRef.name", name, trap)));
  return problems;
}

const SUBJECT_KINDS = ["Group", "ServiceAccount", "User"];

function subjectProblems(subject: Subject, at: string, { isNamespaced }: Scope): readonly FieldCause[] {
  const { kind, name, apiGroup = "", namespace = "" } = subject;
  const nameless = name === "" ? [requiredValue(`${at}.name`)] : [];
  if (!SUBJECT_KINDS.includes(kind))
    return [...nameless, unsupportedValue(`${at}.kind`, kind, SUBJECT_KINDS)];
  const wanted = kind === "ServiceAccount" ? "" : GROUP;
  const foreign = apiGroup === wanted ? [] : [unsupportedValue(`${at}.apiGroup`, apiGroup, [wanted])];
  const isHomeless = kind === "ServiceAccount" && !isNamespaced && namespace === "";
  return [...nameless, ...foreign, ...(isHomeless ? [requiredValue(`${at}.namespace`)] : [])];
}
