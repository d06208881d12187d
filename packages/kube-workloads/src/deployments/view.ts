import type { Caches } from "@heliostat/controller";
import {
  DEPLOYMENTS,
  type Deployment,
  isTerminating,
  PODS,
  REPLICA_SETS,
  type ReplicaSet,
} from "@heliostat/kube";
import { BY_OWNER_UID } from "@heliostat/watch-cache";
import { candidatesFor, planClaims } from "../pods/claims.ts";
import { hasEnded } from "../pods/pod-state.ts";

/** A Deployment and its ReplicaSets: the one of its present template, and those of earlier ones. */
export interface DeploymentView {
  readonly deployment: Deployment;
  /** Those that it controls, and those that nobody does. */
  readonly candidates: readonly ReplicaSet[];
  /** The names that ReplicaSets of the namespace have, whoever owns them. */
  readonly takenNames: ReadonlySet<string>;
  /** By the uid of a ReplicaSet: how many of its pods have not ended yet, those that are terminating included. */
  readonly livingPods: ReadonlyMap<string, number>;
  readonly nowMs: number;
}

export function viewDeployment(key: string, caches: Caches, nowMs: number): DeploymentView | undefined {
  const deployment = caches.of(DEPLOYMENTS).get(key);
  if (!deployment) return undefined;
  const candidates = candidatesFor(deployment, caches.of(REPLICA_SETS));
  const pods = caches.of(PODS);
  const living = candidates.map(({ metadata: { uid = "" } }) => {
    const own = pods.byIndex(BY_OWNER_UID, uid).filter((pod) => !hasEnded(pod));
    return [uid, own.length] as const;
  });
  return {
    deployment,
    candidates,
    takenNames: new Set(namesBegunWith(deployment, caches)),
    livingPods: new Map(living),
    nowMs,
  };
}

/** The ReplicaSets of a deployment, the oldest first. */
export function ownReplicaSets({ deployment, candidates }: DeploymentView): readonly ReplicaSet[] {
  const { claimed } = planClaims(deployment, candidates, REPLICA_SETS);
  return claimed.filter((each) => !isTerminating(each)).sort(byAge);
}

function byAge({ metadata: left }: ReplicaSet, { metadata: right }: ReplicaSet): number {
  const [before, after] = [left.creationTimestamp ?? "", right.creationTimestamp ?? ""];
  if (before !== after) return before < after ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}

function namesBegunWith({ metadata }: Deployment, caches: Caches): readonly string[] {
  return caches
    .of(REPLICA_SETS)
    .byIndex(
      {
        name: "name up to the hash",
        valuesOf: ({ metadata: { namespace, name } }) => [
          `${namespace}/${name.slice(0, name.lastIndexOf("-"))}`,
        ],
      },
      `${metadata.namespace}/${metadata.name}`,
    )
    .map(({ metadata: { name } }) => name);
}
