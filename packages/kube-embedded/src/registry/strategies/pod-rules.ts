import {
  type Container,
  type FieldCause,
  isEqualJson,
  type Pod,
  type PodSpec,
  parseQuantity,
} from "@heliostat/kube";
import { duplicateValue, forbiddenField, invalidValue, missingReference } from "../../api/field-causes.ts";

/** What a pod's schema cannot say, and after its creation: that its spec stays as it is. */
export function podProblems(pod: Pod, stored?: Pod): readonly FieldCause[] {
  const spec = pod.spec ?? { containers: [] };
  return stored ? updateProblems(spec, stored.spec ?? { containers: [] }) : podSpecProblems(spec, "spec");
}

/** Problems of a pod's spec, or of a template's, at `path`. */
export function podSpecProblems(spec: PodSpec, path: string): readonly FieldCause[] {
  const { containers, initContainers = [], volumes = [] } = spec;
  const volumeNames = new Set(volumes.map(({ name }) => name));
  const lists = [
    ...initContainers.map((container, index) => [container, `${path}.initContainers[${index}]`] as const),
    ...containers.map((container, index) => [container, `${path}.containers[${index}]`] as const),
  ];
  return [
    ...lists.flatMap(([container, at]) => containerProblems(container, at, volumeNames)),
    ...sharedNames(initContainers, containers, path),
  ];
}

function containerProblems(
  { volumeMounts = [], resources = {} }: Container,
  path: string,
  volumeNames: ReadonlySet<string>,
): readonly FieldCause[] {
  const unknownVolumes = volumeMounts.flatMap(({ name }, index) =>
    volumeNames.has(name) ? [] : [missingReference(`${path}.volumeMounts[${index}].name`, name)],
  );
  const { limits = {}, requests = {} } = resources;
  const overLimit = Object.entries(requests).flatMap(([key, request]) => {
    const limit = limits[key];
    const isOver = limit !== undefined && (parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0);
    return isOver
      ? [
          invalidValue(
            `${path}.resources.requests`,
            request,
            `must be less than or equal to ${key} limit of ${limit}`,
          ),
        ]
      : [];
  });
  return [...unknownVolumes, ...overLimit];
}

function sharedNames(
  initContainers: readonly Container[],
  containers: readonly Container[],
  path: string,
): readonly FieldCause[] {
  const taken = new Set(containers.map(({ name }) => name));
  return initContainers.flatMap(({ name }, index) =>
    taken.has(name) ? [duplicateValue(`${path}.initContainers[${index}].name`, name)] : [],
  );
}

const IMMUTABLE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
  "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function updateProblems(spec: PodSpec, stored: PodSpec): readonly FieldCause[] {
  if (isEqualJson(spec, stored)) return [];
  return [
    ...tolerationProblems(spec, stored),
    ...deadlineProblems(spec, stored),
    ...frozenProblems(spec, stored),
  ];
}

function frozenProblems(spec: PodSpec, stored: PodSpec): readonly FieldCause[] {
  return isEqualJson(withoutMutable(spec, stored), withoutMutable(stored, stored))
    ? []
    : [forbiddenField("spec", IMMUTABLE)];
}

/** The spec with the fields that may change made equal to the stored ones. */
function withoutMutable(spec: PodSpec, stored: PodSpec): unknown {
  const { tolerations: _, activeDeadlineSeconds: __, terminationGracePeriodSeconds: grace, ...rest } = spec;
  const { containers, initContainers, schedulingGates, ...others } = rest;
  const hasRaisedGrace = grace === 1 && (stored.terminationGracePeriodSeconds ?? 0) < 0;
  const withoutImage = ({ image: ___, ...container }: Container): unknown => container;
  const gates = (schedulingGates ?? []).filter(
    ({ name }) => !stored.schedulingGates?.some((gate) => gate.name === name),
  );
  return {
    ...others,
    grace: hasRaisedGrace ? stored.terminationGracePeriodSeconds : grace,
    containers: containers.map(withoutImage),
    initContainers: initContainers?.map(withoutImage) ?? [],
    addedGates: gates,
  };
}

function tolerationProblems(spec: PodSpec, stored: PodSpec): readonly FieldCause[] {
  const { tolerations = [] } = spec;
  const isKept = (stored.tolerations ?? []).every((old) =>
    tolerations.some((each) => isSameToleration(each, old)),
  );
  const detail = "existing toleration can not be modified except its tolerationSeconds";
  return isKept ? [] : [forbiddenField("spec.tolerations", detail)];
}

type Toleration = NonNullable<PodSpec["tolerations"]>[number];

function isSameToleration(left: Toleration, right: Toleration): boolean {
  const { tolerationSeconds: _, ...leftRest } = left;
  const { tolerationSeconds: __, ...rightRest } = right;
  return isEqualJson(leftRest, rightRest);
}

function deadlineProblems(spec: PodSpec, stored: PodSpec): readonly FieldCause[] {
  const field = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: now } = spec;
  const { activeDeadlineSeconds: before } = stored;
  if (now === before || before === undefined) return [];
  if (now === undefined)
    return [invalidValue(field, null, "must not update from a positive integer to nil value")];
  return now < before ? [] : [invalidValue(field, now, "must be less than or equal to previous value")];
}
