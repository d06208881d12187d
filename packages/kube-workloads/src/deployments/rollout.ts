import type { ReplicaSet } from "@heliostat/kube";
import { currentReplicaSet } from "./revisions.ts";
import { type DeploymentView, ownReplicaSets } from "./view.ts";

/** The ReplicaSets of a deployment by their part in the rollout. */
export interface Rollout {
  /** Of the present template; absent until it has been made. */
  readonly current: ReplicaSet | undefined;
  /** Of earlier templates, the oldest first. */
  readonly older: readonly ReplicaSet[];
}

export function rolloutOf(view: DeploymentView): Rollout {
  const all = ownReplicaSets(view);
  const current = currentReplicaSet(view.deployment, all);
  return { current, older: all.filter((each) => each !== current) };
}
