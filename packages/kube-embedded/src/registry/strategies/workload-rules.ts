import {
  type Deployment,
  type FieldCause,
  type Ingress,
  isEqualJson,
  type LabelSelector,
  matchesLabels,
  type PodDisruptionBudget,
  type PodTemplateSpec,
  parseQuantity,
  type ReplicationController,
  requirementsOf,
  type StatefulSet,
  type StatefulSetSpec,
} from "@heliostat/kube";
import { forbiddenField, invalidValue, requiredValue, unsupportedValue } from "../../api/field-causes.ts";
import { podSpecProblems } from "./pod-rules.ts";

/** A kind that selects the pods which it makes from a template. */
export interface Selecting {
  readonly spec?: { readonly selector: LabelSelector; readonly template?: PodTemplateSpec };
}

/** The selector stays as it is and selects what the template makes, which runs until somebody ends it. */
export function selectorProblems({ spec }: Selecting, stored: Selecting | undefined): readonly FieldCause[] {
  if (!spec) return [requiredValue("spec.selector"), requiredValue("spec.template")];
  const { selector, template = {} } = spec;
  const labels = template.metadata?.labels;
  const isEmpty = Object.keys(selector).length === 0;
  const matches = matchesLabels(requirementsOf(selector), labels);
  const hasChanged = stored?.spec !== undefined && !isEqualJson(selector, stored.spec.selector);
  return [
    ...(isEmpty ? [invalidValue("spec.selector", selector, "empty selector is invalid for deployment")] : []),
    ...(hasChanged ? [invalidValue("spec.selector", selector, "field is immutable")] : []),
    ...(matches
      ? []
      : [
          invalidValue(
            "spec.template.metadata.labels",
            labels ?? {},
            "`selector` does not match template `labels`",
          ),
        ]),
    ...templateProblems(template),
  ];
}

/** Its selector is a plain map of labels, and may change. */
export function replicationControllerProblems({ spec = {} }: ReplicationController): readonly FieldCause[] {
  const { selector = {}, template } = spec;
  const labels = template?.metadata?.labels ?? {};
  const isSelected = Object.entries(selector).every(([key, value]) => labels[key] === value);
  const mismatch = "`selector` does not match template `labels`";
  return [
    ...(Object.keys(selector).length === 0 ? [requiredValue("spec.selector")] : []),
    ...(template === undefined ? [requiredValue("spec.template")] : templateProblems(template)),
    ...(template === undefined || isSelected
      ? []
      : [invalidValue("spec.template.metadata.labels", labels, mismatch)]),
  ];
}

function templateProblems({ spec }: PodTemplateSpec): readonly FieldCause[] {
  if (!spec) return [];
  const { restartPolicy = "Always", activeDeadlineSeconds } = spec;
  const at = "spec.template.spec";
  return [
    ...podSpecProblems(spec, at),
    ...(restartPolicy === "Always"
      ? []
      : [unsupportedValue(`${at}.restartPolicy`, restartPolicy, ["Always"])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [
          forbiddenField(
            `${at}.activeDeadlineSeconds`,
            "activeDeadlineSeconds in ReplicaSet is not Supported",
          ),
        ]),
  ];
}

export function deploymentProblems(
  deployment: Deployment,
  stored: Deployment | undefined,
): readonly FieldCause[] {
  const { strategy, progressDeadlineSeconds: deadline, minReadySeconds = 0 } = deployment.spec ?? {};
  const isHasty = deadline !== undefined && deadline <= minReadySeconds;
  const hasty = invalidValue(
    "spec.progressDeadlineSeconds",
    deadline ?? null,
    "must be greater than minReadySeconds",
  );
  return [
    ...selectorProblems(deployment, stored),
    ...rollingProblems(strategy ?? {}),
    ...(isHasty ? [hasty] : []),
  ];
}

type Strategy = NonNullable<NonNullable<Deployment["spec"]>["strategy"]>;

function rollingProblems({ type, rollingUpdate }: Strategy): readonly FieldCause[] {
  const at = "spec.strategy.rollingUpdate";
  if (type === "Recreate")
    return rollingUpdate
      ? [forbiddenField(at, "may not be specified when strategy `type` is 'Recreate'")]
      : [];
  const { maxSurge = 1, maxUnavailable = 1 } = rollingUpdate ?? {};
  const isStuck = isNone(maxSurge) && isNone(maxUnavailable);
  return isStuck
    ? [invalidValue(`${at}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0")]
    : [];
}

function isNone(value: number | string): boolean {
  return value === 0 || value === "0%";
}

const STATEFUL_SET_FROZEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export function statefulSetProblems(
  set: StatefulSet,
  stored: StatefulSet | undefined,
): readonly FieldCause[] {
  const changed = stored?.spec && set.spec && !isEqualJson(frozenPart(set.spec), frozenPart(stored.spec));
  if (changed) return [forbiddenField("spec", STATEFUL_SET_FROZEN)];
  return selectorProblems(withClaims(set), stored);
}

/** The claims that the set makes for each pod are volumes of its template too. */
function withClaims(set: StatefulSet): Selecting {
  const { spec } = set;
  if (!spec?.template.spec) return set;
  const { volumeClaimTemplates = [], template } = spec;
  const { volumes = [] } = template.spec ?? {};
  const claimed = volumeClaimTemplates.map(({ metadata }) => ({ name: metadata?.name ?? "", emptyDir: {} }));
  const isClaimed = (name: string): boolean => claimed.some((each) => each.name === name);
  const own = volumes.filter(({ name }) => !isClaimed(name));
  return {
    spec: {
      ...spec,
      template: { ...template, spec: { ...spec.template.spec, volumes: [...own, ...claimed] } },
    },
  };
}

function frozenPart(spec: StatefulSetSpec): unknown {
  const { selector, serviceName = "", podManagementPolicy, volumeClaimTemplates = [] } = spec;
  return { selector, serviceName, podManagementPolicy, volumeClaimTemplates };
}

export function disruptionBudgetProblems({ spec = {} }: PodDisruptionBudget): readonly FieldCause[] {
  const { minAvailable, maxUnavailable } = spec;
  const isTorn = minAvailable !== undefined && maxUnavailable !== undefined;
  const negative = Object.entries({ minAvailable, maxUnavailable }).filter(
    ([, value]) => typeof value === "number" && (parseQuantity(value) ?? 0) < 0,
  );
  return [
    ...(isTorn ? [invalidValue("spec", spec, "minAvailable and maxUnavailable cannot be both set")] : []),
    ...negative.map(([field, value]) =>
      invalidValue(`spec.${field}`, value, "must be greater than or equal to 0"),
    ),
  ];
}

export function ingressProblems({ spec = {} }: Ingress): readonly FieldCause[] {
  const { defaultBackend, rules = [] } = spec;
  if (defaultBackend || rules.length > 0) return [];
  return [invalidValue("spec", rules, "either `defaultBackend` or `rules` must be specified")];
}
