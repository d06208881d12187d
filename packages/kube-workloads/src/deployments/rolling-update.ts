import { type Deployment, type ReplicaSet, resolvedCount } from "@heliostat/kube";

/** How many pods a ReplicaSet is to have from now on. */
export interface Scaling {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

/** How far a rolling update may stray from the wanted number of pods. */
export interface Leeway {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Shares are rounded so that the update is careful, but never so that it cannot begin (Kubernetes' rule). */
export function leewayOf({ spec }: Deployment): Leeway {
  const { type, rollingUpdate = {} } = spec?.strategy ?? {};
  const replicas = spec?.replicas ?? 1;
  if (type === "Recreate") return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = resolvedCount(rollingUpdate.maxSurge ?? "25%", replicas, "up");
  const maxUnavailable = resolvedCount(rollingUpdate.maxUnavailable ?? "25%", replicas, "down");
  if (maxSurge === 0 && maxUnavailable === 0) return { maxSurge, maxUnavailable: 1 };
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

/** How many pods the ReplicaSet of the present template may have by now. */
export function nextReplicas(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  older: readonly ReplicaSet[],
): number {
  const wanted = deployment.spec?.replicas ?? 1;
  const has = current ? replicasOf(current) : 0;
  if (deployment.spec?.strategy?.type === "Recreate" || has >= wanted) return wanted;
  const most = wanted + leewayOf(deployment).maxSurge;
  const all = has + sumOf(older, replicasOf);
  return has + Math.max(0, Math.min(most - all, wanted - has));
}

/**
 * What the ReplicaSets of earlier templates give up now: first pods that are of no use, then as many as can be spared
 * (Kubernetes: `reconcileOldReplicaSets`).
 */
export function planScaleDown(
  deployment: Deployment,
  current: ReplicaSet,
  older: readonly ReplicaSet[],
): readonly Scaling[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const leastAvailable = wanted - leewayOf(deployment).maxUnavailable;
  const unavailable = replicasOf(current) - availableOf(current);
  const spare = replicasOf(current) + sumOf(older, replicasOf) - leastAvailable - unavailable;
  if (spare <= 0) return [];
  const afterUseless = takenAway(older.map(asIs), spare, ({ replicaSet, replicas }) =>
    Math.max(0, replicas - availableOf(replicaSet)),
  );
  const available = availableOf(current) + sumOf(older, availableOf);
  const afterAll = takenAway(afterUseless, available - leastAvailable, ({ replicas }) => replicas);
  return afterAll.filter(({ replicaSet, replicas }) => replicas !== replicasOf(replicaSet));
}

/**
 * Share a new number of replicas out among the ReplicaSets of an update that is under way, in proportion to what each
 * has; what rounding leaves goes to the largest (Kubernetes: proportional scaling).
 */
export function planProportionalScaling(
  deployment: Deployment,
  active: readonly ReplicaSet[],
): readonly Scaling[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const most = wanted > 0 ? wanted + leewayOf(deployment).maxSurge : 0;
  const all = sumOf(active, replicasOf);
  const toShare = most - all;
  const largestFirst = [...active].sort((left, right) => replicasOf(right) - replicasOf(left));
  let left = toShare;
  const shared = largestFirst.map((replicaSet) => {
    const share = clampTowardsZero(Math.round((replicasOf(replicaSet) * toShare) / (all || 1)), left);
    left -= share;
    return { replicaSet, replicas: replicasOf(replicaSet) + share };
  });
  return shared.map(({ replicaSet, replicas }, index) => ({
    replicaSet,
    replicas: Math.max(0, index === 0 ? replicas + left : replicas),
  }));
}

export function replicasOf({ spec }: ReplicaSet): number {
  return spec?.replicas ?? 1;
}

export function availableOf({ status }: ReplicaSet): number {
  return status?.availableReplicas ?? 0;
}

export function sumOf(replicaSets: readonly ReplicaSet[], count: (each: ReplicaSet) => number): number {
  return replicaSets.reduce((total, each) => total + count(each), 0);
}

function asIs(replicaSet: ReplicaSet): Scaling {
  return { replicaSet, replicas: replicasOf(replicaSet) };
}

/** Take `amount` away in all, from one after the other, from each no more than it can give. */
function takenAway(
  scalings: readonly Scaling[],
  amount: number,
  givable: (scaling: Scaling) => number,
): readonly Scaling[] {
  let left = amount;
  return scalings.map((scaling) => {
    const taken = Math.max(0, Math.min(left, givable(scaling)));
    left -= taken;
    return { ...scaling, replicas: scaling.replicas - taken };
  });
}

function clampTowardsZero(share: number, left: number): number {
  return left >= 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
}
