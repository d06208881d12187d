import { type Action, create, type Plan, patch, remove } from "@heliostat/controller";
import {
  DEPLOYMENTS,
  type Deployment,
  isEqualJson,
  isTerminating,
  type Json,
  REPLICA_SETS,
  type ReplicaSet,
} from "@heliostat/kube";
import { planClaims } from "../pods/claims.ts";
import { progressDeadlineInMs } from "./progress.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS, newReplicaSet, REVISION, revisionAnnotations } from "./revisions.ts";
import {
  leewayOf,
  nextReplicas,
  planProportionalScaling,
  planScaleDown,
  replicasOf,
  type Scaling,
} from "./rolling-update.ts";
import { type Rollout, rolloutOf } from "./rollout.ts";
import type { DeploymentView } from "./view.ts";

/** One step of a deployment: adopt, number the revision, and scale its ReplicaSets; the next step follows from that. */
export function planDeployment(view: DeploymentView): Plan {
  const { deployment, candidates } = view;
  if (isTerminating(deployment)) return { actions: [] };
  const claims = planClaims(deployment, candidates, REPLICA_SETS).actions;
  const rollout = rolloutOf(view);
  const deadlineMs = progressDeadlineInMs(view);
  return {
    actions: [...claims, ...planRevision(view, rollout), ...planStep(view, rollout)],
    ...(deadlineMs !== undefined && { checkAgainAfterMs: deadlineMs }),
  };
}

/** The revision stands on the ReplicaSet and on the deployment. */
function planRevision({ deployment }: DeploymentView, { current, older }: Rollout): readonly Action[] {
  if (!current) return [];
  const annotations = revisionAnnotations(deployment, current, older);
  const revision = annotations[REVISION] ?? "1";
  const why = `its template is revision ${revision}`;
  const { minReadySeconds } = deployment.spec ?? {};
  const isSame =
    isEqualJson(annotations, current.metadata.annotations ?? {}) &&
    minReadySeconds === current.spec?.minReadySeconds;
  const body: Json = {
    metadata: { annotations },
    ...(minReadySeconds !== undefined && { spec: { minReadySeconds } }),
  };
  return [
    ...(isSame ? [] : [patch(REPLICA_SETS, current, { patch: { type: "merge", body }, why })]),
    ...planDeploymentRevision(deployment, revision),
  ];
}

function planDeploymentRevision(deployment: Deployment, revision: string): readonly Action[] {
  if (deployment.metadata.annotations?.[REVISION] === revision) return [];
  const body = { metadata: { annotations: { [REVISION]: revision } } };
  const why = `its template is revision ${revision}`;
  return [patch(DEPLOYMENTS, deployment, { patch: { type: "merge", body }, why })];
}

function planStep(view: DeploymentView, rollout: Rollout): readonly Action[] {
  const { deployment } = view;
  const { paused = false, strategy } = deployment.spec ?? {};
  if (paused || hasNewScale(deployment, rollout)) {
    return [...planScaling(deployment, rollout), ...(paused ? planHistory(deployment, rollout) : [])];
  }
  return strategy?.type === "Recreate" ? planRecreate(view, rollout) : planRollingUpdate(view, rollout);
}

/** Whether the deployment was scaled since its ReplicaSets were (Kubernetes: `isScalingEvent`). */
function hasNewScale({ spec }: Deployment, { current, older }: Rollout): boolean {
  return [...older, ...(current ? [current] : [])]
    .filter((each) => replicasOf(each) > 0)
    .some(({ metadata }) => {
      const desired = metadata.annotations?.[DESIRED_REPLICAS];
      return desired !== undefined && Number(desired) !== (spec?.replicas ?? 1);
    });
}

/** Scale without going on with an update. */
function planScaling(deployment: Deployment, { current, older }: Rollout): readonly Action[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const all = [...older, ...(current ? [current] : [])];
  const active = all.filter((each) => replicasOf(each) > 0);
  const [only = current ?? older.at(-1)] = active;
  if (active.length <= 1) return only ? scale(deployment, { replicaSet: only, replicas: wanted }) : [];
  if (current && isSaturated(current, wanted))
    return older.flatMap((each) => scale(deployment, drained(each)));
  if (deployment.spec?.strategy?.type === "Recreate") return [];
  return planProportionalScaling(deployment, active).flatMap((scaling) => scale(deployment, scaling));
}

function isSaturated({ spec, status, metadata }: ReplicaSet, wanted: number): boolean {
  const desired = Number(metadata.annotations?.[DESIRED_REPLICAS] ?? -1);
  return spec?.replicas === wanted && desired === wanted && status?.availableReplicas === wanted;
}

function planRollingUpdate(view: DeploymentView, rollout: Rollout): readonly Action[] {
  const { deployment } = view;
  const { current, older } = rollout;
  const replicas = nextReplicas(deployment, current, older);
  if (!current) return [makeCurrent(view, older, replicas)];
  const scaledUp = scale(deployment, { replicaSet: current, replicas });
  if (scaledUp.length > 0) return scaledUp;
  const down = planScaleDown(deployment, current, older).flatMap((each) => scale(deployment, each));
  return down.length > 0 ? down : planHistory(deployment, rollout);
}

/** All old pods are gone before the first new one comes. */
function planRecreate(view: DeploymentView, rollout: Rollout): readonly Action[] {
  const { deployment, livingPods } = view;
  const { current, older } = rollout;
  const down = older.flatMap((each) => scale(deployment, drained(each)));
  if (down.length > 0) return down;
  if (older.some(({ metadata }) => (livingPods.get(metadata.uid ?? "") ?? 0) > 0)) return [];
  const replicas = deployment.spec?.replicas ?? 1;
  if (!current) return [makeCurrent(view, older, replicas)];
  const up = scale(deployment, { replicaSet: current, replicas });
  return up.length > 0 ? up : planHistory(deployment, rollout);
}

function drained(replicaSet: ReplicaSet): Scaling {
  return { replicaSet, replicas: 0 };
}

function makeCurrent(
  { deployment, takenNames }: DeploymentView,
  older: readonly ReplicaSet[],
  replicas: number,
): Action {
  const revision = revisionAnnotations(deployment, undefined, older);
  const annotations = { ...revision, ...scaleAnnotations(deployment) };
  const replicaSet = newReplicaSet(deployment, annotations, { replicas, takenNames });
  return create(REPLICA_SETS, replicaSet, {
    why: `scaled up replica set ${replicaSet.metadata.name} from 0 to ${replicas}`,
    event: { action: "Create", onSuccess: "ScalingReplicaSet", onFailure: "ReplicaSetCreateError" },
  });
}

function scaleAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const wanted = deployment.spec?.replicas ?? 1;
  return {
    [DESIRED_REPLICAS]: String(wanted),
    [MAX_REPLICAS]: String(wanted + leewayOf(deployment).maxSurge),
  };
}

function scale(deployment: Deployment, { replicaSet, replicas }: Scaling): readonly Action[] {
  const before = replicasOf(replicaSet);
  const annotations = scaleAnnotations(deployment);
  const isNoted = Object.entries(annotations).every(
    ([key, value]) => replicaSet.metadata.annotations?.[key] === value,
  );
  if (before === replicas && (isNoted || before === 0)) return [];
  const { name, uid = "" } = replicaSet.metadata;
  const body = { metadata: { uid, annotations }, spec: { replicas } };
  const direction = replicas > before ? "up" : "down";
  return [
    patch(REPLICA_SETS, replicaSet, {
      patch: { type: "merge", body },
      why: `scaled ${direction} replica set ${name} from ${before} to ${replicas}`,
      ...(before !== replicas && { event: { action: "Scale", onSuccess: "ScalingReplicaSet" } }),
    }),
  ];
}

/** Forget revisions beyond the limit, the oldest first, once nothing of them runs. */
function planHistory(deployment: Deployment, { older }: Rollout): readonly Action[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const idle = older.filter(({ spec, status, metadata }) => {
    const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    return spec?.replicas === 0 && (status?.replicas ?? 0) === 0 && isSeen;
  });
  return idle
    .slice(0, Math.max(0, older.length - limit))
    .map((each) => remove(REPLICA_SETS, each, { why: `only ${limit} old revisions are kept` }));
}
