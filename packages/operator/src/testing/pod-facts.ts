import { isConditionTrue, type Pod } from "@heliostat/kube";
import type { WorkerGroupSpec } from "@heliostat/ray";

/**
 * What the harness needs to know of pods and groups, in its own words: an oracle that asked the operator would agree
 * with whatever mistake is in it.
 */
export function isHead({ metadata }: Pod): boolean {
  return metadata.labels?.["ray.io/node-type"] === "head";
}

/** Whether the pod is a worker. */
export function isWorker({ metadata }: Pod): boolean {
  return metadata.labels?.["ray.io/node-type"] === "worker";
}

/** The worker group of a pod; empty when it has none. */
export function groupOf({ metadata }: Pod): string {
  return metadata.labels?.["ray.io/group"] ?? "";
}

/** Whether nobody has asked for the pod's deletion. */
export function isAlive({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}

/** Whether the pod runs and its condition Ready is true. */
export function isReady({ status }: Pod): boolean {
  return status?.phase === "Running" && isConditionTrue(status.conditions, "Ready");
}

/** Whether the pod will never do its work again. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Failed" || status?.phase === "Succeeded";
}

/** Whether the pod has the environment that a template gives: where scenarios change a template, they change that. */
export function isMadeFrom({ spec }: Pod, template: WorkerGroupSpec["template"] | undefined): boolean {
  const [container] = spec?.containers ?? [];
  const [wanted] = template?.spec?.containers ?? [];
  return (wanted?.env ?? []).every(({ name, value }) =>
    container?.env?.some((each) => each.name === name && each.value === value),
  );
}

/** How many pods a group should have: its replicas between its bounds, times the hosts of each. */
export function wantedPods(group: WorkerGroupSpec): number {
  const { replicas, minReplicas = 0, maxReplicas = 2 ** 31 - 1, numOfHosts = 1, suspend } = group;
  if (suspend) return 0;
  return Math.min(Math.max(replicas ?? minReplicas, minReplicas), maxReplicas) * numOfHosts;
}
