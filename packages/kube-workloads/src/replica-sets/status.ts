import type { Outcome } from "@heliostat/controller";
import {
  type Condition,
  matchesLabels,
  PODS,
  type ReplicaSet,
  type ReplicaSetStatus,
  requirementsOf,
  withCondition,
} from "@heliostat/kube";
import { planClaims } from "../pods/claims.ts";
import { isActive, isAvailable, isReady } from "../pods/pod-state.ts";
import type { ReplicaSetView } from "./view.ts";

/** How a ReplicaSet stands after a plan has been carried out. */
export function replicaSetStatus(view: ReplicaSetView, { failed }: Outcome): ReplicaSetStatus {
  const { replicaSet, nowMs } = view;
  const { minReadySeconds = 0, template = {} } = replicaSet.spec ?? {};
  const pods = planClaims(replicaSet, view.pods, PODS).claimed.filter(isActive);
  const labels = requirementsOf({ matchLabels: template.metadata?.labels ?? {} });
  const conditions = failureConditions(replicaSet, failed, nowMs);
  return {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter(({ metadata }) => matchesLabels(labels, metadata.labels)).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length,
    observedGeneration: replicaSet.metadata.generation ?? 0,
    ...(conditions.length > 0 && { conditions }),
  };
}

/** `ReplicaFailure` says why pods could not be made or deleted, and goes when they can. */
function failureConditions(
  { status }: ReplicaSet,
  failed: Outcome["failed"] | undefined,
  nowMs: number,
): readonly Condition[] {
  const before = (status?.conditions ?? []) as readonly Condition[];
  if (!failed) return before.filter(({ type }) => type !== "ReplicaFailure");
  const reason = failed.action.do === "delete" ? "FailedDelete" : "FailedCreate";
  // The message names a pod that will have another name next time: to follow it would be to write without end.
  if (before.some((each) => each.type === "ReplicaFailure" && each.reason === reason)) return before;
  const { message } = failed.error;
  return withCondition(before, { type: "ReplicaFailure", status: "True", reason, message }, nowMs);
}
