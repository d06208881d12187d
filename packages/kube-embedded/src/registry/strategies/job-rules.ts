import {
  type CronJob,
  type FieldCause,
  isEqualJson,
  type Job,
  type JobSpec,
  type PodFailurePolicyRule,
  type PodTemplateSpec,
} from "@heliostat/kube";
import { invalidValue, requiredValue, unsupportedValue } from "../../api/field-causes.ts";
import { podSpecProblems } from "./pod-rules.ts";

export function jobProblems({ spec }: Job, stored: Job | undefined): readonly FieldCause[] {
  if (!spec) return [requiredValue("spec.template")];
  const own = [
    ...restartProblems(spec.template, "spec.template.spec"),
    ...countProblems(spec),
    ...indexProblems(spec),
    ...failureProblems(spec),
  ];
  if (!stored?.spec) {
    const { spec: pod } = spec.template;
    return [...own, ...(pod ? podSpecProblems(pod, "spec.template.spec") : [])];
  }
  const { spec: old } = stored;
  const frozen = (["selector", "completionMode"] as const).filter(
    (field) => !isEqualJson(spec[field], old[field]),
  );
  const isTemplateFrozen = !(old.suspend && stored.status?.startTime === undefined);
  const hasNewTemplate = isTemplateFrozen && !isEqualJson(spec.template, old.template);
  return [
    ...own,
    ...completionProblems(spec, old),
    ...frozen.map((field) => invalidValue(`spec.${field}`, spec[field] ?? null, "field is immutable")),
    ...(hasNewTemplate ? [invalidValue("spec.template", spec.template, "field is immutable")] : []),
  ];
}

/** A job with indexes may get more or fewer of them, as long as all run at once (Kubernetes: elastic indexed jobs). */
function completionProblems(spec: JobSpec, old: JobSpec): readonly FieldCause[] {
  const { completions, completionMode, parallelism } = spec;
  if (completions === old.completions) return [];
  if (completionMode !== "Indexed")
    return [invalidValue("spec.completions", completions ?? null, "field is immutable")];
  const detail = "can only be modified in tandem with spec.parallelism";
  const isTorn = completions !== undefined && completions !== parallelism;
  return isTorn ? [invalidValue("spec.completions", completions, detail)] : [];
}

/** The pods of a job end: a restart of whatever ends would never let them. */
function restartProblems({ spec }: PodTemplateSpec, path: string): readonly FieldCause[] {
  const { restartPolicy = "Always" } = spec ?? {};
  if (restartPolicy !== "Always") return [];
  return [requiredValue(`${path}.restartPolicy`, 'valid values: "OnFailure", "Never"')];
}

export function cronJobProblems({ spec }: CronJob): readonly FieldCause[] {
  const { schedule, jobTemplate } = spec;
  const template = jobTemplate.spec?.template ?? {};
  return [...scheduleProblems(schedule), ...restartProblems(template, "spec.jobTemplate.spec.template.spec")];
}

const DESCRIPTORS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/;
const CRON_FIELDS = 5;

function scheduleProblems(schedule: string): readonly FieldCause[] {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === CRON_FIELDS || DESCRIPTORS.test(schedule)) return [];
  const detail = `expected exactly ${CRON_FIELDS} fields, found ${fields.length}: [${fields.join(" ")}]`;
  return [invalidValue("spec.schedule", schedule, detail)];
}

const COUNTS = [
  ...(["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit"] as const),
  ...(["ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"] as const),
];

function countProblems(spec: JobSpec): readonly FieldCause[] {
  return COUNTS.filter((field) => (spec[field] ?? 0) < 0).map((field) =>
    invalidValue(`spec.${field}`, spec[field], "must be greater than or equal to 0"),
  );
}

const MODES: readonly string[] = ["NonIndexed", "Indexed"];

/** What a job may say of its indexes, and what it may say only if it has some. */
function indexProblems(spec: JobSpec): readonly FieldCause[] {
  const { completionMode = "NonIndexed", completions, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (!MODES.includes(completionMode))
    return [unsupportedValue("spec.completionMode", completionMode, MODES)];
  if (completionMode === "NonIndexed") {
    return (["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] as const)
      .filter((field) => spec[field] !== undefined)
      .map((field) => invalidValue(`spec.${field}`, spec[field], "requires indexed completion mode"));
  }
  const isUnlimited = maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined;
  const isTooMany = maxFailedIndexes !== undefined && maxFailedIndexes > (completions ?? maxFailedIndexes);
  return [
    ...(completions === undefined
      ? [requiredValue("spec.completions", "when completion mode is Indexed")]
      : []),
    ...(isUnlimited
      ? [requiredValue("spec.backoffLimitPerIndex", "when maxFailedIndexes is specified")]
      : []),
    ...(isTooMany
      ? [invalidValue("spec.maxFailedIndexes", maxFailedIndexes, "must be less than or equal to completions")]
      : []),
    ...successProblems(spec),
  ];
}

const INDEX_TEXT = /^(\d+(-\d+)?)(,\d+(-\d+)?)*$/;

function successProblems({ successPolicy }: JobSpec): readonly FieldCause[] {
  if (!successPolicy) return [];
  const { rules = [] } = successPolicy;
  const field = "spec.successPolicy.rules";
  if (rules.length === 0)
    return [requiredValue(field, "at least one rules must be specified when the successPolicy is specified")];
  return rules.flatMap(({ succeededCount, succeededIndexes }, index) => {
    const at = `${field}[${index}]`;
    if (succeededCount === undefined && succeededIndexes === undefined)
      return [requiredValue(at, "at least one of succeededCount or succeededIndexes must be specified")];
    if (succeededIndexes === undefined || INDEX_TEXT.test(succeededIndexes)) return [];
    const detail = "error parsing succeededIndexes: must be numbers and ranges, such as 0-2,5";
    return [invalidValue(`${at}.succeededIndexes`, succeededIndexes, detail)];
  });
}

const ACTIONS: readonly string[] = ["Count", "FailIndex", "FailJob", "Ignore"];
const REPLACEMENTS: readonly string[] = ["Failed", "TerminatingOrFailed"];

/** What becomes of failures: the policy reads exit codes, so its pods do not start their containers again. */
function failureProblems(spec: JobSpec): readonly FieldCause[] {
  const { podFailurePolicy, podReplacementPolicy = "Failed", template } = spec;
  const allowed = podFailurePolicy ? ["Failed"] : REPLACEMENTS;
  const replacement = allowed.includes(podReplacementPolicy)
    ? []
    : [unsupportedValue("spec.podReplacementPolicy", podReplacementPolicy, allowed)];
  if (!podFailurePolicy) return replacement;
  const { restartPolicy } = template.spec ?? {};
  const detail = 'only "Never" is supported when podFailurePolicy is specified';
  const restart =
    restartPolicy === "Never"
      ? []
      : [invalidValue("spec.template.spec.restartPolicy", restartPolicy ?? "", detail)];
  const rules = podFailurePolicy.rules ?? [];
  return [
    ...replacement,
    ...restart,
    ...rules.flatMap((rule, index) => ruleProblems(rule, `spec.podFailurePolicy.rules[${index}]`, spec)),
  ];
}

function ruleProblems(rule: PodFailurePolicyRule, path: string, spec: JobSpec): readonly FieldCause[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const isLone = action === "FailIndex" && spec.backoffLimitPerIndex === undefined;
  const causes = (onExitCodes ? 1 : 0) + (onPodConditions.length > 0 ? 1 : 0);
  return [
    ...(ACTIONS.includes(action) ? [] : [unsupportedValue(`${path}.action`, action, ACTIONS)]),
    ...(isLone
      ? [invalidValue(`${path}.action`, action, "requires the backoffLimitPerIndex to be set")]
      : []),
    ...(causes === 0
      ? [invalidValue(path, "", "specifying one of OnExitCodes and OnPodConditions is required")]
      : []),
    ...(causes === 2
      ? [invalidValue(path, "", "specifying both OnExitCodes and OnPodConditions is not supported")]
      : []),
  ];
}
