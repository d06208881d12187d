import {
  conditionOf,
  type Deployment,
  type DeploymentCondition,
  epochMsOf,
  isConditionTrue,
  type ReplicaSetCondition,
} from "@heliostat/kube";
import { type DeploymentCounts, deploymentCounts, isComplete } from "./counts.ts";
import { type Rollout, rolloutOf } from "./rollout.ts";
import type { DeploymentView } from "./view.ts";

/** What the condition `Progressing` should say; `undefined`: what it says already. */
export interface Progress {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

const COMPLETE = "NewReplicaSetAvailable";
const TIMED_OUT = "ProgressDeadlineExceeded";
const PAUSED = "DeploymentPaused";

/** How the rollout goes (Kubernetes: `syncRolloutStatus`). */
export function progressOf({ deployment, nowMs }: DeploymentView, rollout: Rollout): Progress | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const before = conditionOf(deployment.status?.conditions, "Progressing");
  if (deployment.spec?.paused) return pausedProgress(before);
  const counts = deploymentCounts(rollout);
  const name = rollout.current
    ? `ReplicaSet "${rollout.current.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, counts)) {
    return { status: "True", reason: COMPLETE, message: `${name} has successfully progressed.` };
  }
  if (before?.reason === PAUSED) {
    return { status: "Unknown", reason: "DeploymentResumed", message: "Deployment is resumed" };
  }
  if (isAnotherTemplate(deployment, before) || hasMoved(deployment, counts)) {
    return { status: "True", reason: "ReplicaSetUpdated", message: `${name} is progressing.` };
  }
  if (!before || hasTimedOut(deployment, before, nowMs)) {
    return before
      ? { status: "False", reason: TIMED_OUT, message: `${name} has timed out progressing.` }
      : { status: "True", reason: "NewReplicaSetCreated", message: `Created new replica set ${name}` };
  }
  return undefined;
}

/** How long until a rollout that stands still has timed out; `undefined` when nothing has to be looked at then. */
export function progressDeadlineInMs(view: DeploymentView): number | undefined {
  const { deployment, nowMs } = view;
  const before = conditionOf(deployment.status?.conditions, "Progressing");
  if (!before || !hasDeadline(deployment) || deployment.spec?.paused) return undefined;
  if (before.reason === TIMED_OUT || isComplete(deployment, deploymentCounts(rolloutOf(view))))
    return undefined;
  return Math.max(0, deadlineMs(deployment, before) - nowMs) + 1000;
}

/** Why pods of the deployment could not be made, as its ReplicaSets say. */
export function replicaFailure({ current, older }: Rollout): ReplicaSetCondition | undefined {
  const all = [...(current ? [current] : []), ...older];
  const failing = all.find(({ status }) => isConditionTrue(status?.conditions, "ReplicaFailure"));
  return conditionOf(failing?.status?.conditions, "ReplicaFailure");
}

function hasDeadline({ spec }: Deployment): boolean {
  return (spec?.progressDeadlineSeconds ?? 600) !== 2 ** 31 - 1;
}

function pausedProgress(before: DeploymentCondition | undefined): Progress | undefined {
  if (before?.reason === PAUSED || before?.reason === TIMED_OUT) return undefined;
  return { status: "Unknown", reason: PAUSED, message: "Deployment is paused" };
}

/** A rollout begins afresh with each change of what is wanted. */
function isAnotherTemplate(
  { metadata, status }: Deployment,
  before: DeploymentCondition | undefined,
): boolean {
  return before !== undefined && (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

/** Whether there is more of the new or less of the old than when the status was last written. */
function hasMoved({ status = {} }: Deployment, now: DeploymentCounts): boolean {
  const { updatedReplicas = 0, replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  return (
    now.updatedReplicas > updatedReplicas ||
    now.replicas - now.updatedReplicas < replicas - updatedReplicas ||
    now.readyReplicas > readyReplicas ||
    now.availableReplicas > availableReplicas
  );
}

function hasTimedOut(deployment: Deployment, before: DeploymentCondition, nowMs: number): boolean {
  if (before.reason === COMPLETE) return false;
  return before.reason === TIMED_OUT || nowMs >= deadlineMs(deployment, before);
}

function deadlineMs({ spec }: Deployment, { lastUpdateTime = "" }: DeploymentCondition): number {
  return (epochMsOf(lastUpdateTime) ?? 0) + (spec?.progressDeadlineSeconds ?? 600) * 1000;
}
