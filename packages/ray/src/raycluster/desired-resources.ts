import {
  type PodTemplateSpec,
  parseQuantity,
  printQuantity,
  type QuantityFormat,
  quantityFormat,
} from "@heliostat/kube";
import { isGpuResource, TPU_RESOURCE } from "./accelerators.ts";
import { desiredPods } from "./desired-workers.ts";
import type { RayCluster, RayClusterStatus } from "./types.ts";

/** The four totals of a cluster's status, as quantities. */
export type DesiredResources = Required<
  Pick<RayClusterStatus, "desiredCPU" | "desiredMemory" | "desiredGPU" | "desiredTPU">
>;

/**
 * What all pods of the cluster ask for together: per container the request, else the limit; init containers do not
 * count (KubeRay rule). Workers are counted as {@link desiredPods} does, where KubeRay forgets the groups' bounds.
 */
export function desiredResources({ spec }: RayCluster): DesiredResources {
  const workers = (spec.workerGroupSpecs ?? []).map((group) => ({
    template: group.template,
    count: desiredPods(group),
  }));
  const pods: readonly PodCount[] = [{ template: spec.headGroupSpec.template, count: 1 }, ...workers];
  return {
    desiredCPU: total(pods, (resource) => resource === "cpu"),
    desiredMemory: total(pods, (resource) => resource === "memory"),
    desiredGPU: total(pods, isGpuResource),
    desiredTPU: total(pods, (resource) => resource === TPU_RESOURCE),
  };
}

interface PodCount {
  readonly template: PodTemplateSpec;
  readonly count: number;
}

/** The sum prints as its first part that is not zero was written (Kubernetes: `Quantity.Add`). */
function total(pods: readonly PodCount[], isCounted: (resource: string) => boolean): string {
  let amount = 0;
  let format: QuantityFormat = "DecimalSI";
  for (const { template, count } of pods) {
    for (const quantity of requested(template, isCounted)) {
      if (amount === 0) format = quantityFormat(quantity);
      amount += (parseQuantity(quantity) ?? 0) * count;
    }
  }
  return printQuantity(amount, format);
}

function requested(
  { spec }: PodTemplateSpec,
  isCounted: (resource: string) => boolean,
): readonly (string | number)[] {
  return (spec?.containers ?? []).flatMap(({ resources }) =>
    Object.entries({ ...resources?.limits, ...resources?.requests })
      .filter(([resource]) => isCounted(resource))
      .map(([, quantity]) => quantity),
  );
}
