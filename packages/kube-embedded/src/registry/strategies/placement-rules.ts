import type { FieldCause, PodSpec } from "@heliostat/kube";
import { invalidValue, requiredValue, unsupportedValue } from "../../api/field-causes.ts";

type Toleration = NonNullable<PodSpec["tolerations"]>[number];
type Spread = NonNullable<PodSpec["topologySpreadConstraints"]>[number];

/** Where a pod may go, as far as its schema cannot say it, in Kubernetes' words. */
export function placementProblems(spec: PodSpec, path: string): readonly FieldCause[] {
  const { tolerations = [], topologySpreadConstraints = [] } = spec;
  return [
    ...tolerations.flatMap((each, index) => tolerationProblems(each, `${path}.tolerations[${index}]`)),
    ...topologySpreadConstraints.flatMap((each, index) =>
      spreadProblems(each, `${path}.topologySpreadConstraints[${index}]`),
    ),
    ...nodeAffinityProblems(spec, path),
  ];
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function tolerationProblems(toleration: Toleration, path: string): readonly FieldCause[] {
  const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
  const isBlunt = key === "" && operator !== "Exists";
  const isUnused = operator === "Exists" && value !== "";
  const isForever = tolerationSeconds !== undefined && effect !== "NoExecute";
  return [
    ...(isBlunt ? [invalidValue(`${path}.operator`, operator, BLUNT)] : []),
    ...(isForever ? [invalidValue(`${path}.effect`, effect, FOREVER)] : []),
    ...(isUnused ? [invalidValue(`${path}.operator`, toleration, UNUSED)] : []),
    ...(effect === "" || EFFECTS.includes(effect)
      ? []
      : [unsupportedValue(`${path}.effect`, effect, EFFECTS)]),
  ];
}

const BLUNT = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
const FOREVER = "effect must be 'NoExecute' when `tolerationSeconds` is set";
const UNUSED = "value must be empty when `operator` is 'Exists'";

const ANSWERS = ["DoNotSchedule", "ScheduleAnyway"];

function spreadProblems(
  { maxSkew, topologyKey, whenUnsatisfiable }: Spread,
  path: string,
): readonly FieldCause[] {
  return [
    ...(maxSkew > 0 ? [] : [invalidValue(`${path}.maxSkew`, maxSkew, "must be greater than zero")]),
    ...(topologyKey === "" ? [requiredValue(`${path}.topologyKey`, "can not be empty")] : []),
    ...(ANSWERS.includes(whenUnsatisfiable)
      ? []
      : [unsupportedValue(`${path}.whenUnsatisfiable`, whenUnsatisfiable, ANSWERS)]),
  ];
}

function nodeAffinityProblems({ affinity }: PodSpec, path: string): readonly FieldCause[] {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return [];
  const at = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  if (terms.length === 0) return [requiredValue(at, "must have at least one node selector term")];
  return terms.flatMap(({ matchExpressions = [] }, term) =>
    matchExpressions.flatMap((each, index) =>
      expressionProblems(each, `${at}[${term}].matchExpressions[${index}]`),
    ),
  );
}

interface Expression {
  readonly operator: string;
  readonly values?: readonly string[];
}

function expressionProblems({ operator, values = [] }: Expression, path: string): readonly FieldCause[] {
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues && values.length === 0)
    return [requiredValue(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  const isComparison = operator === "Gt" || operator === "Lt";
  if (!isComparison || values.length === 1) return [];
  return [requiredValue(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
}
