import type { Deployment, DeploymentStatus, ReplicaSet } from "@heliostat/kube";
import { availableOf, replicasOf, sumOf } from "./rolling-update.ts";
import type { Rollout } from "./rollout.ts";

export type DeploymentCounts = Required<
  Pick<
    DeploymentStatus,
    "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas" | "unavailableReplicas"
  >
>;

/** How many pods the ReplicaSets of a deployment say they have. */
export function deploymentCounts({ current, older }: Rollout): DeploymentCounts {
  const all = [...older, ...(current ? [current] : [])];
  const availableReplicas = sumOf(all, availableOf);
  return {
    replicas: sumOf(all, existing),
    updatedReplicas: current ? existing(current) : 0,
    readyReplicas: sumOf(all, ({ status }) => status?.readyReplicas ?? 0),
    availableReplicas,
    unavailableReplicas: Math.max(0, sumOf(all, replicasOf) - availableReplicas),
  };
}

/** Whether every wanted pod is of the present template and serves, and no other is left. */
export function isComplete({ spec }: Deployment, counts: DeploymentCounts): boolean {
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas, replicas, availableReplicas } = counts;
  return updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted;
}

function existing({ status }: ReplicaSet): number {
  return status?.replicas ?? 0;
}
