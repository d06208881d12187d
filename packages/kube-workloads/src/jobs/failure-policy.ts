import type { Job, Pod, PodFailurePolicyRule } from "@heliostat/kube";

/** What a rule of the failure policy makes of a failed pod. */
export interface Judgement {
  readonly action: "FailJob" | "FailIndex" | "Ignore" | "Count";
  /** Why, when it ends the job. */
  readonly message: string;
}

const COUNTED: Judgement = { action: "Count", message: "" };

/** The first rule that matches decides; a failure that none matches counts (Kubernetes: `podFailurePolicy`). */
export function judgedFailure(pod: Pod, { spec }: Job): Judgement {
  const rules = spec?.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const found = matchOf(rule, pod);
    if (found)
      return { action: actionOf(rule), message: `${found} matching ${rule.action} rule at index ${index}` };
  }
  return COUNTED;
}

function actionOf({ action }: PodFailurePolicyRule): Judgement["action"] {
  return action === "FailJob" || action === "FailIndex" || action === "Ignore" ? action : "Count";
}

function matchOf(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  return exitCodeMatch(rule, pod) ?? conditionMatch(rule, pod);
}

function exitCodeMatch({ onExitCodes }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  if (!onExitCodes) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { name, state } of statuses) {
    const code = state?.terminated?.exitCode ?? 0;
    const isMeant = code !== 0 && (containerName === undefined || containerName === name);
    if (isMeant && values.includes(code) === (operator === "In")) {
      return `Container ${name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${code}`;
    }
  }
  return undefined;
}

function conditionMatch({ onPodConditions = [] }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { metadata, status } = pod;
  const found = onPodConditions.find(({ type, status: wanted = "True" }) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === wanted),
  );
  return found && `Pod ${metadata.namespace}/${metadata.name} has condition ${found.type}`;
}
