import {
  type Container,
  type EphemeralContainer,
  type FieldCause,
  isEqualJson,
  type Pod,
  type PodSpec,
  type ResourceRequirements,
} from "@heliostat/kube";
import { duplicateValue, forbiddenField, invalidValue, missingReference } from "../../api/field-causes.ts";
import { podSpecProblems } from "./pod-rules.ts";
import { pullPolicyOf } from "./pod-spec-defaults.ts";

/** A subresource of pods that changes one part of the spec, which the pod's own endpoint may not change. */
export type PodPart = "ephemeralcontainers" | "resize";

export function isPodPart(subresource: string | undefined): subresource is PodPart {
  return subresource === "ephemeralcontainers" || subresource === "resize";
}

/** The pod with the proposed part, and with everything else as it is. */
export function withPodPart(part: PodPart, current: Pod, proposed: Pod): Pod {
  const spec = current.spec ?? { containers: [] };
  const wanted = proposed.spec ?? { containers: [] };
  return { ...current, spec: part === "resize" ? resized(spec, wanted) : withDebuggers(spec, wanted) };
}

/** What is wrong with the new part, in Kubernetes' words. */
export function podPartProblems(part: PodPart, pod: Pod, stored: Pod): readonly FieldCause[] {
  const spec = pod.spec ?? { containers: [] };
  const before = stored.spec ?? { containers: [] };
  return part === "resize" ? resizeProblems(spec, before) : debuggerProblems(spec, before);
}

function resized(spec: PodSpec, wanted: PodSpec): PodSpec {
  const { initContainers } = spec;
  return {
    ...spec,
    ...(initContainers && { initContainers: initContainers.map((each) => withResources(each, wanted)) }),
    containers: spec.containers.map((each) => withResources(each, wanted)),
  };
}

function withResources(container: Container, { containers, initContainers = [] }: PodSpec): Container {
  const found = [...containers, ...initContainers].find(({ name }) => name === container.name);
  return found ? { ...container, resources: found.resources ?? {} } : container;
}

function withDebuggers(spec: PodSpec, { ephemeralContainers }: PodSpec): PodSpec {
  const { ephemeralContainers: _, ...rest } = spec;
  if (!ephemeralContainers) return rest;
  return { ...rest, ephemeralContainers: ephemeralContainers.map(defaultedDebugger) };
}

function defaultedDebugger(container: EphemeralContainer): EphemeralContainer {
  return {
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: pullPolicyOf(container.image ?? ""),
    resources: {},
    ...container,
  };
}

const RESIZED = ["cpu", "memory"];

function resizeProblems(spec: PodSpec, stored: PodSpec): readonly FieldCause[] {
  const containers = resizable(spec, stored);
  const isOther = containers.some(({ now, before }) => !isEqualJson(fixedPart(now), fixedPart(before)));
  return [
    ...(isOther ? [forbiddenField("spec", "only cpu and memory resources are mutable")] : []),
    ...containers.flatMap(removedProblems),
    ...podSpecProblems(spec, "spec"),
  ];
}

interface Resized {
  /** Where the container stands. */
  readonly path: string;
  readonly now: ResourceRequirements | undefined;
  readonly before: ResourceRequirements | undefined;
}

function resizable(spec: PodSpec, stored: PodSpec): readonly Resized[] {
  return (["containers", "initContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map(({ resources }, index) => ({
      path: `spec.${list}[${index}]`,
      now: resources,
      before: stored[list]?.[index]?.resources,
    })),
  );
}

/** The resources that a resize may not touch. */
function fixedPart({ limits = {}, requests = {}, claims = [] }: ResourceRequirements = {}): unknown {
  const fixed = (amounts: Readonly<Record<string, unknown>>): unknown =>
    Object.fromEntries(Object.entries(amounts).filter(([key]) => !RESIZED.includes(key)));
  return { limits: fixed(limits), requests: fixed(requests), claims };
}

function removedProblems({ path, now, before }: Resized): readonly FieldCause[] {
  return (["limits", "requests"] as const).flatMap((amounts) => {
    const isRemoved = RESIZED.some(
      (key) => before?.[amounts]?.[key] !== undefined && now?.[amounts]?.[key] === undefined,
    );
    return isRemoved
      ? [forbiddenField(`${path}.resources.${amounts}`, `resource ${amounts} cannot be removed`)]
      : [];
  });
}

/** Fields that the types allow and that make no sense for a guest in a running pod. */
const NOT_FOR_DEBUGGERS = [
  "ports",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
  "resizePolicy",
] as const;

function debuggerProblems(spec: PodSpec, stored: PodSpec): readonly FieldCause[] {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec;
  const regular = new Set([...containers, ...initContainers].map(({ name }) => name));
  const problems = ephemeralContainers.flatMap((container, index) => {
    const at = `spec.ephemeralContainers[${index}]`;
    const { name, targetContainerName } = container;
    const isTaken = regular.has(name) || ephemeralContainers.findIndex((each) => each.name === name) < index;
    const isLost = targetContainerName !== undefined && !regular.has(targetContainerName);
    return [
      ...(isTaken ? [duplicateValue(`${at}.name`, name)] : []),
      ...(isLost ? [missingReference(`${at}.targetContainerName`, targetContainerName)] : []),
      ...NOT_FOR_DEBUGGERS.filter((field) => container[field] !== undefined).map((field) =>
        forbiddenField(`${at}.${field}`, "cannot be set for an Ephemeral Container"),
      ),
    ];
  });
  return [...problems, ...keptProblems(ephemeralContainers, stored.ephemeralContainers ?? [])];
}

/** Debuggers come; they never change and never go. */
function keptProblems(
  now: readonly EphemeralContainer[],
  before: readonly EphemeralContainer[],
): readonly FieldCause[] {
  const field = "spec.ephemeralContainers";
  return before.flatMap((old) => {
    const found = now.find(({ name }) => name === old.name);
    if (!found)
      return [
        invalidValue(field, old.name, `existing ephemeral containers "${old.name}" may not be removed`),
      ];
    if (isEqualJson(found, old)) return [];
    return [forbiddenField(field, `existing ephemeral containers "${old.name}" may not be changed`)];
  });
}
