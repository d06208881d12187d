import type { FieldCause, PriorityClass } from "@heliostat/kube";
import { forbiddenField, invalidValue, unsupportedValue } from "../../api/field-causes.ts";
import type { ResourceStrategy } from "../served-resource.ts";

/** Classes that are there although nobody made them, and what they are worth. */
export const SYSTEM_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

/** What a pod may do to others when its class says nothing else. */
export const DEFAULT_PREEMPTION = "PreemptLowerPriority";

export const PRIORITY_CLASS_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => {
    const { preemptionPolicy = DEFAULT_PREEMPTION, ...rest } = object as PriorityClass;
    return { ...rest, preemptionPolicy } as PriorityClass;
  },
  validate: (object, stored) => problems(object as PriorityClass, stored as PriorityClass | undefined),
};

const HIGHEST_PRIORITY = 1_000_000_000;
const PREEMPTION_POLICIES: readonly string[] = [DEFAULT_PREEMPTION, "Never"];

/** A class is the same for all pods of its name, whenever they came: what counts of it never changes. */
function problems(wanted: PriorityClass, stored: PriorityClass | undefined): readonly FieldCause[] {
  const { value = 0, preemptionPolicy = DEFAULT_PREEMPTION } = wanted;
  const isKnown = PREEMPTION_POLICIES.includes(preemptionPolicy);
  const policyBefore = stored?.preemptionPolicy ?? DEFAULT_PREEMPTION;
  const isPolicyChanged = stored !== undefined && policyBefore !== preemptionPolicy;
  return [
    ...rankProblems(wanted),
    ...(isKnown ? [] : [unsupportedValue("preemptionPolicy", preemptionPolicy, PREEMPTION_POLICIES)]),
    ...(stored && stored.value !== value
      ? [forbiddenField("value", "may not be changed in an update.")]
      : []),
    ...(isPolicyChanged ? [invalidValue("preemptionPolicy", preemptionPolicy, "field is immutable")] : []),
  ];
}

/** The ranks above all others belong to the system, and so do names that sound like it. */
function rankProblems({
  metadata: { name },
  value = 0,
  globalDefault = false,
}: PriorityClass): readonly FieldCause[] {
  if (!name.startsWith("system-")) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`;
    return value > HIGHEST_PRIORITY ? [forbiddenField("value", detail)] : [];
  }
  const rank = SYSTEM_PRIORITIES.get(name);
  const because =
    rank === undefined
      ? `${name} is not a known system priority class`
      : rank !== value
        ? `value of ${name} PriorityClass must be ${rank}`
        : globalDefault && `globalDefault of ${name} PriorityClass must be false`;
  const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${because}`;
  return because ? [forbiddenField("metadata.name", detail)] : [];
}
