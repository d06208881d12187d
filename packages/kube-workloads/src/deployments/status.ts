import { type DeploymentCondition, type DeploymentStatus, timestamp } from "@heliostat/kube";
import { deploymentCounts } from "./counts.ts";
import { progressOf, replicaFailure } from "./progress.ts";
import { leewayOf } from "./rolling-update.ts";
import { rolloutOf } from "./rollout.ts";
import type { DeploymentView } from "./view.ts";

/** How a deployment stands. */
export function deploymentStatus(view: DeploymentView): DeploymentStatus {
  const { deployment } = view;
  const counts = deploymentCounts(rolloutOf(view));
  return {
    ...deployment.status,
    ...counts,
    observedGeneration: deployment.metadata.generation ?? 0,
    conditions: conditionsOf(view, counts.availableReplicas),
  };
}

type Statement = Pick<DeploymentCondition, "type" | "status" | "reason" | "message">;

function conditionsOf(view: DeploymentView, available: number): readonly DeploymentCondition[] {
  const { deployment, nowMs } = view;
  const rollout = rolloutOf(view);
  const progress = progressOf(view, rollout);
  const failure = replicaFailure(rollout);
  const statements: readonly Statement[] = [
    availability(view, available),
    ...(progress ? [{ type: "Progressing", ...progress }] : []),
    ...(failure ? [{ ...failure, type: "ReplicaFailure", status: "True" }] : []),
  ];
  const kept = (deployment.status?.conditions ?? []).filter(
    ({ type }) => type !== "ReplicaFailure" || failure !== undefined,
  );
  return statements.reduce<readonly DeploymentCondition[]>(
    (conditions, statement) => stated(conditions, statement, nowMs),
    kept,
  );
}

function availability({ deployment }: DeploymentView, available: number): Statement {
  const type = "Available";
  const wanted = deployment.spec?.replicas ?? 1;
  if (available >= wanted - leewayOf(deployment).maxUnavailable) {
    const message = "Deployment has minimum availability.";
    return { type, status: "True", reason: "MinimumReplicasAvailable", message };
  }
  const message = "Deployment does not have minimum availability.";
  return { type, status: "False", reason: "MinimumReplicasUnavailable", message };
}

/** A deployment's conditions carry the time of their last word as well: deadlines are counted from it. */
function stated(
  conditions: readonly DeploymentCondition[],
  { type, status, reason = "", message = "" }: Statement,
  nowMs: number,
): readonly DeploymentCondition[] {
  const old = conditions.find((each) => each.type === type);
  const isProgress = type === "Progressing" && reason === "ReplicaSetUpdated";
  if (old?.status === status && old.reason === reason && !isProgress) return conditions;
  const lastUpdateTime = timestamp(nowMs);
  const lastTransitionTime =
    old?.status === status ? (old.lastTransitionTime ?? lastUpdateTime) : lastUpdateTime;
  const next = { type, status, reason, message, lastTransitionTime, lastUpdateTime };
  return old ? conditions.map((each) => (each === old ? next : each)) : [...conditions, next];
}
