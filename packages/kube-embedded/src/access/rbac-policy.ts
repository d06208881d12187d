import type { Subject } from "@heliostat/kube";
import type { UserInfo } from "../api/kube-api.ts";
import type { AccessAttributes } from "./authorizer.ts";
import type { Binding, Grant, Grants } from "./grants.ts";
import { type Decision, FULL_RULES, type HeldRules, isPrivileged, type Policy } from "./policy.ts";
import { ruleAllows } from "./rules/rule-allows.ts";

/** Role-based access control as Kubernetes has it: what no role allows is forbidden. */
export class RbacPolicy implements Policy {
  readonly #grants: Grants;

  constructor(grants: Grants) {
    this.#grants = grants;
  }

  decide(attributes: AccessAttributes): Decision {
    const { user, resource } = attributes;
    if (isPrivileged(user)) return { isAllowed: true };
    const problems: string[] = [];
    for (const grant of this.#grants.of(user, resource?.namespace ?? "")) {
      if (grant.problem !== undefined) problems.push(grant.problem);
      if (grant.rules.some((rule) => ruleAllows(rule, attributes)))
        return { isAllowed: true, reason: `RBAC: allowed by ${grantText(grant)}` };
    }
    return { isAllowed: false, ...(problems.length > 0 && { evaluationError: `RBAC: ${listed(problems)}` }) };
  }

  rulesOf(user: UserInfo, namespace: string): HeldRules {
    if (isPrivileged(user)) return { rules: FULL_RULES, problems: [] };
    const grants = [...this.#grants.of(user, namespace)];
    return {
      rules: grants.flatMap(({ rules }) => rules),
      problems: grants.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
    };
  }
}

function grantText({ binding, subject }: Grant): string {
  const { kind, name } = binding.roleRef;
  return `${bindingText(binding)} of ${kind} "${name}" to ${subjectText(subject, binding)}`;
}

function bindingText({ kind, metadata: { name, namespace } }: Binding): string {
  return namespace === undefined ? `${kind} "${name}"` : `${kind} "${name}/${namespace}"`;
}

function subjectText({ kind, name, namespace }: Subject, { metadata }: Binding): string {
  if (kind !== "ServiceAccount") return `${kind} "${name}"`;
  return `${kind} "${name}/${namespace || metadata.namespace}"`;
}

function listed(problems: readonly string[]): string {
  return problems.length === 1 ? (problems[0] ?? "") : `[${problems.join(", ")}]`;
}
