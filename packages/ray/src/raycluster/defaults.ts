import type { RayCluster, WorkerGroupSpec } from "./types.ts";

/** The largest number of the API's 32-bit fields: what "no maximum" is written as. */
export const MAX_INT32: number = 2 ** 31 - 1;

/** What a head and a worker group have in common, with everything optional filled in. */
export interface CompleteGroup {
  readonly rayStartParams: Readonly<Record<string, string>>;
  /** Under one name, whichever of its two the user chose. */
  readonly resources: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A group with all maps there, and `rayResources`, the other name for `resources`, moved to that name. (Validation
 * refuses a group that has both.)
 */
export function completeGroup(group: GroupMaps): CompleteGroup {
  const { rayStartParams = {}, labels = {} } = group;
  const named = Object.entries({ ...group.rayResources, ...group.resources });
  const resources = Object.fromEntries(named.map(([resource, amount]) => [resource, String(amount)]));
  return { rayStartParams, labels, resources };
}

/** The numbers of a worker group, with the defaults of the CRD for whoever makes a group without passing the API. */
export function groupSize(group: WorkerGroupSpec): {
  readonly replicas: number | undefined;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly numOfHosts: number;
} {
  const { replicas, minReplicas = 0, maxReplicas = MAX_INT32, numOfHosts = 1 } = group;
  return { replicas, minReplicas, maxReplicas, numOfHosts };
}

type GroupMaps = Pick<
  RayCluster["spec"]["headGroupSpec"],
  "rayStartParams" | "labels" | "resources" | "rayResources"
>;
