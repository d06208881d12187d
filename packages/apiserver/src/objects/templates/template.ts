import type { ResourceRequirements, Toleration } from "@heliostat/kube";
import type { ComputeTemplate, PodToleration } from "@heliostat/proto";
import { DEFAULT_GPU_RESOURCE } from "../vocabulary.ts";

/**
 * A compute template with all that its ConfigMap says: the message that every client knows, and what only the
 * extensions can say.
 */
export interface Template {
  readonly message: ComputeTemplate;
  readonly extras: TemplateExtras;
}

export interface TemplateExtras {
  /** A Kubernetes quantity in place of the whole cores: `500m`. */
  readonly cpuQuantity?: string;
  /** Limits that differ from the requests, by resource. */
  readonly limits?: Readonly<Record<string, string>>;
  /** Labels that a node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/** The memory unit of templates that name none; old servers had no other. */
export const DEFAULT_MEMORY_UNIT = "Gi";

/** Requests and limits of the container that runs Ray. They are equal unless the template says otherwise. */
export function templateResources(
  template: Template,
): Required<Pick<ResourceRequirements, "requests" | "limits">> {
  const requests = { ...coreResources(template), ...deviceResources(template) };
  return { requests, limits: { ...requests, ...template.extras.limits } };
}

/** CPU and memory: what containers beside Ray get too when the V2 proxy fills a template in (KubeRay rule). */
export function coreResources({ message, extras }: Template): Readonly<Record<string, string>> {
  const unit = message.memoryUnit === "" ? DEFAULT_MEMORY_UNIT : message.memoryUnit;
  return { cpu: extras.cpuQuantity ?? String(message.cpu), memory: `${message.memory}${unit}` };
}

/** GPUs and extended resources, where there are any. */
export function deviceResources({ message }: Template): Readonly<Record<string, string>> {
  const { gpu, extendedResources } = message;
  const extended = Object.entries(extendedResources)
    .filter(([, amount]) => amount > 0)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    ...(gpu > 0 && { [gpuResource(message)]: String(gpu) }),
    ...Object.fromEntries(extended.map(([name, amount]) => [name, String(amount)])),
  };
}

/**
 * The resource as which GPUs are asked for. A model (`Tesla-V100`) is no resource: Kubernetes knows extended resources
 * by `domain/name` alone, so it is kept for people and the default is asked for.
 */
function gpuResource({ gpuAccelerator }: ComputeTemplate): string {
  return gpuAccelerator.includes("/") ? gpuAccelerator : DEFAULT_GPU_RESOURCE;
}

const EFFECTS: readonly string[] = ["NoExecute", "NoSchedule"];

/** What the pods of a group tolerate. */
export function podTolerations({ message }: Template): readonly Toleration[] {
  return message.tolerations.map(podToleration);
}

function podToleration({ key, operator, value, effect }: PodToleration): Toleration {
  const isExists = operator === "Exists";
  return {
    ...(key !== "" && { key }),
    operator: isExists ? "Exists" : "Equal",
    ...(value !== "" && { value }),
    effect: EFFECTS.includes(effect) ? effect : "PreferNoSchedule",
  };
}
