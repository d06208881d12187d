import { type Action, create, type Plan, remove } from "@heliostat/controller";
import { isTerminating, PODS, type Pod } from "@heliostat/kube";
import { planClaims } from "../pods/claims.ts";
import { podFromTemplate } from "../pods/pod-from-template.ts";
import { isActive, nextAvailableInMs } from "../pods/pod-state.ts";
import { inDeletionOrder } from "./deletion-rank.ts";
import type { ReplicaSetView } from "./view.ts";

/** So many pods at most are made or deleted by one plan (Kubernetes: `BurstReplicas`). */
const BURST = 500;

/** Adopt, release, and then make or delete pods until there are as many as wanted. */
export function planReplicaSet(view: ReplicaSetView): Plan {
  const { replicaSet, nowMs } = view;
  const { claimed, actions } = planClaims(replicaSet, view.pods, PODS);
  const active = claimed.filter(isActive);
  const { minReadySeconds = 0 } = replicaSet.spec ?? {};
  const waitMs = nextAvailableInMs(active, { minReadySeconds, nowMs });
  return {
    actions: isTerminating(replicaSet) ? [] : [...actions, ...planCount(view, active)],
    ...(waitMs !== undefined && { checkAgainAfterMs: waitMs }),
  };
}

function planCount(view: ReplicaSetView, active: readonly Pod[]): readonly Action[] {
  const wanted = view.replicaSet.spec?.replicas ?? 1;
  const missing = wanted - active.length;
  if (missing > 0) return Array.from({ length: Math.min(missing, BURST) }, () => createPod(view));
  return inDeletionOrder(active)
    .slice(0, Math.min(-missing, BURST))
    .map((pod) => deletePod(pod, wanted));
}

function createPod({ replicaSet, freshSuffix }: ReplicaSetView): Action {
  const { name } = replicaSet.metadata;
  const pod = podFromTemplate(replicaSet.spec?.template ?? {}, replicaSet, {
    name: `${podPrefix(name)}${freshSuffix()}`,
  });
  return create(PODS, pod, {
    why: `${replicaSet.spec?.replicas} replicas are wanted`,
    event: { action: "Create", onSuccess: "SuccessfulCreate", onFailure: "FailedCreate" },
  });
}

const LONGEST_PREFIX = 58;

/** The name of a pod may have 63 characters, as it becomes a host name. */
export function podPrefix(ownerName: string): string {
  return `${ownerName}-`.slice(0, LONGEST_PREFIX);
}

function deletePod(pod: Pod, wanted: number): Action {
  return remove(PODS, pod, {
    why: `${wanted} replicas are wanted`,
    event: { action: "Delete", onSuccess: "SuccessfulDelete", onFailure: "FailedDelete" },
  });
}
