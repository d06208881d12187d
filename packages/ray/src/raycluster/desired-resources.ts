import {
  type PodTemplateSpec,
  parseQuantity,
  printQuantity,
  type QuantityFormat,
  quantityFormat,
} from "@heliostat/kube";
import { isGpuResource, TPU_RESOURCE } from "./accelerators.ts";
import { desiredPods } from "./desired-workers.ts";
import type { RayCluster, RayClusterStatus, WorkerGroupSpec } from "./types.ts";

/** The four totals of a cluster's status, as quantities. */
export type DesiredResources = Required<
  Pick<RayClusterStatus, "desiredCPU" | "desiredMemory" | "desiredGPU" | "desiredTPU">
>;

/**
 * What all pods of the cluster ask for together: per container the request, else the limit; init containers do not
 * count (KubeRay rule). Workers are counted as {@link desiredPods} does, where KubeRay forgets the groups' bounds.
 */
export function desiredResources(cluster: RayCluster): DesiredResources {
  const pods = podCounts(cluster, desiredPods);
  return {
    desiredCPU: total(pods, (resource) => resource === "cpu"),
    desiredMemory: total(pods, (resource) => resource === "memory"),
    desiredGPU: total(pods, isGpuResource),
    desiredTPU: total(pods, (resource) => resource === TPU_RESOURCE),
  };
}

/** What the head and so many workers of each group ask for together, by resource; counted in the same way. */
export function podResources(
  cluster: RayCluster,
  countOf: (group: WorkerGroupSpec) => number,
): Readonly<Record<string, string>> {
  return totals(podCounts(cluster, countOf).filter(({ count }) => count > 0));
}

/** What one pod of a template asks for, by resource; counted in the same way. */
export function templateResources(template: PodTemplateSpec): Readonly<Record<string, string>> {
  return totals([{ template, count: 1 }]);
}

function totals(pods: readonly PodCount[]): Readonly<Record<string, string>> {
  const names = pods.flatMap(({ template }) => requested(template).map(([name]) => name));
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, total(pods, (each) => each === name)]),
  );
}

function podCounts({ spec }: RayCluster, countOf: (group: WorkerGroupSpec) => number): readonly PodCount[] {
  const { headGroupSpec, workerGroupSpecs = [] } = spec;
  const workers = workerGroupSpecs.map((group) => ({ template: group.template, count: countOf(group) }));
  return [{ template: headGroupSpec.template, count: 1 }, ...workers];
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
    for (const [, quantity] of requested(template).filter(([resource]) => isCounted(resource))) {
      if (amount === 0) format = quantityFormat(quantity);
      amount += (parseQuantity(quantity) ?? 0) * count;
    }
  }
  return printQuantity(amount, format);
}

function requested({ spec }: PodTemplateSpec): readonly (readonly [string, string | number])[] {
  return (spec?.containers ?? []).flatMap(({ resources }) =>
    Object.entries({ ...resources?.limits, ...resources?.requests }),
  );
}
