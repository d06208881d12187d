import {
  type Container,
  type FieldCause,
  isEqualJson,
  type Pod,
  type PodSpec,
  type Volume,
} from "@heliostat/kube";
import { duplicateValue, forbiddenField, invalidValue, requiredValue } from "../../api/field-causes.ts";
import { labelProblems, nameDetails } from "../../api/validate-metadata.ts";
import { containerProblems } from "./container-rules.ts";
import { placementProblems } from "./placement-rules.ts";

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
    ...volumes.flatMap((volume, index) => volumeProblems(volume, `${path}.volumes[${index}]`)),
    ...lists.flatMap(([container, at]) => containerProblems(container, at, volumeNames)),
    ...sharedNames(initContainers, containers, path),
    ...settingProblems(spec, path),
    ...networkProblems(spec, path),
    ...placementProblems(spec, path),
  ];
}

function volumeProblems(volume: Volume, path: string): readonly FieldCause[] {
  const [, ...more] = Object.keys(volume).filter((field) => field !== "name");
  return more.map((source) => forbiddenField(`${path}.${source}`, "may not specify more than 1 volume type"));
}

const LONGEST_DEADLINE_SECONDS = 2 ** 31 - 1;

/** A pod without a cluster's names brings its own; on the host's network a port is the host's. */
function networkProblems(
  { dnsPolicy, dnsConfig, hostNetwork, containers }: PodSpec,
  path: string,
): readonly FieldCause[] {
  const isNameless = dnsPolicy === "None" && (dnsConfig?.nameservers ?? []).length === 0;
  const shifted = containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ containerPort, hostPort = 0 }, index) => {
      const field = `${path}.containers[${container}].ports[${index}].containerPort`;
      const isShifted = hostNetwork === true && hostPort !== 0 && hostPort !== containerPort;
      return isShifted ? [invalidValue(field, containerPort, HOST_PORT)] : [];
    }),
  );
  const detail = `must provide \`dnsConfig\` when \`dnsPolicy\` is ${dnsPolicy}`;
  return [...(isNameless ? [requiredValue(`${path}.dnsConfig`, detail)] : []), ...shifted];
}

const HOST_PORT = "must match `hostPort` when `hostNetwork` is true";

/** When a pod must end, what it is called inside, and which nodes it wants. */
function settingProblems(
  { activeDeadlineSeconds: deadline, hostname, nodeSelector = {} }: PodSpec,
  path: string,
): readonly FieldCause[] {
  const isDeadline = deadline === undefined || (deadline >= 1 && deadline <= LONGEST_DEADLINE_SECONDS);
  const range = `must be between 1 and ${LONGEST_DEADLINE_SECONDS}, inclusive`;
  return [
    ...(isDeadline ? [] : [invalidValue(`${path}.activeDeadlineSeconds`, deadline, range)]),
    ...(hostname ? nameDetails(hostname, "label") : []).map((detail) =>
      invalidValue(`${path}.hostname`, hostname, detail),
    ),
    ...labelProblems(nodeSelector, `${path}.nodeSelector`),
  ];
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
  const uneven = (["containers", "initContainers"] as const).filter(
    (list) => (spec[list] ?? []).length !== (stored[list] ?? []).length,
  );
  if (uneven.length > 0)
    return uneven.map((list) =>
      forbiddenField(`spec.${list}`, "pod updates may not add or remove containers"),
    );
  return [
    ...gateProblems(spec, stored),
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
  const { containers, initContainers, schedulingGates: ___, ...others } = rest;
  const hasRaisedGrace = grace === 1 && (stored.terminationGracePeriodSeconds ?? 0) < 0;
  const withoutImage = ({ image: ____, ...container }: Container): unknown => container;
  return {
    ...others,
    grace: hasRaisedGrace ? stored.terminationGracePeriodSeconds : grace,
    containers: containers.map(withoutImage),
    initContainers: initContainers?.map(withoutImage) ?? [],
  };
}

function gateProblems({ schedulingGates = [] }: PodSpec, stored: PodSpec): readonly FieldCause[] {
  return schedulingGates
    .filter(({ name }) => !stored.schedulingGates?.some((gate) => gate.name === name))
    .map(({ name }) =>
      forbiddenField(
        "spec.schedulingGates",
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      ),
    );
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
