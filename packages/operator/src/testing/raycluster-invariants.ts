import { type Invariant, podsOf, type Revision, type State } from "@heliostat/controller/testing";
import {
  controllerOf,
  isConditionTrue,
  isControlledBy,
  isTerminating,
  JOBS,
  type Job,
  type KubeObject,
  keyOf,
  nameOf,
  type Pod,
} from "@heliostat/kube";
import { ANNOTATION, groupSpecHash, LABEL, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { groupOf, hasEnded, isAlive, isHead, isReady, isWorker, wantedPods } from "./pod-facts.ts";

/** What a RayCluster must be at every revision of the store, whatever goes wrong. */
export const RAYCLUSTER_INVARIANTS: readonly Invariant[] = [
  {
    name: "never two heads alive",
    check: (change, state) => podCreated(change) && tooManyHeads(podCreated(change), state),
  },
  {
    name: "never more live workers of a group than wanted",
    check: (change, state) => podCreated(change) && tooManyWorkers(podCreated(change), state),
  },
  { name: "no wanted pod is deleted", check: wantedPodDeleted },
  { name: "a pod's name never comes back", check: nameAgain },
  { name: "no pod is made under a name that is to go", check: nameToGo },
  { name: "every pod is owned and labelled", check: podWithoutLabels },
  { name: "a cluster is let go when Redis is empty, or has had its time", check: letGoTooEarly },
  { name: "Redis is emptied when no head writes to it any more", check: emptiedTooEarly },
  { name: "no two live workers of a group share an index", check: indexTwice },
];

/** The pod that the controller has made with this change. */
function podCreated({ resource, before, after, isByController }: Revision): Pod | undefined {
  const isNew = after && before?.metadata.uid !== after.metadata.uid;
  return isByController && resource.plural === "pods" && isNew ? (after as Pod) : undefined;
}

function tooManyHeads(pod: Pod | undefined, state: State): string | undefined {
  if (!pod || !isHead(pod)) return undefined;
  const heads = siblings(pod, state).filter((each) => isHead(each) && !isGhost(each, state));
  return heads.length > 1 ? heads.map(({ metadata }) => metadata.name).join(", ") : undefined;
}

function tooManyWorkers(pod: Pod | undefined, state: State): string | undefined {
  const cluster = pod && clusterOf(pod, state);
  if (!pod || !cluster || !isWorker(pod)) return undefined;
  const wanted = wantedOf(cluster, groupOf(pod));
  const alive = siblings(pod, state).filter(
    (each) => isAlive(each) && groupOf(each) === groupOf(pod) && !isGhost(each, state),
  );
  if (alive.length <= wanted) return undefined;
  return `${groupOf(pod)} wants ${wanted} and has ${alive.map(({ metadata }) => metadata.name).join(", ")}`;
}

/** A deletion by the controller needs one of KubeRay's reasons, in the very state in which it takes place. */
function wantedPodDeleted(
  { resource, before, after, isByController }: Revision,
  state: State,
): string | undefined {
  if (!isByController || resource.plural !== "pods" || !before || isTerminating(before)) return undefined;
  if (after && !isTerminating(after)) return undefined;
  const pod = before as Pod;
  const cluster = clusterOf(pod, state);
  if (!cluster || isTerminating(cluster) || isBeingSuspended(cluster) || hasEnded(pod)) return undefined;
  if (isOutdated(pod, cluster) && isNextInLine(pod, cluster, state)) return undefined;
  if (isHead(pod)) return `head ${pod.metadata.name} (${pod.status?.phase}) of ${cluster.metadata.name}`;
  return isWantedWorker(pod, cluster, state)
    ? `worker ${pod.metadata.name} of group ${groupOf(pod)}`
    : undefined;
}

/** A suspension has to be told of before the first pod ends, and is then brought to its end, wanted or not (KubeRay rule). */
function isBeingSuspended({ status }: RayCluster): boolean {
  return isConditionTrue(status?.conditions, "RayClusterSuspending");
}

function isWantedWorker(pod: Pod, cluster: RayCluster, state: State): boolean {
  const group = (cluster.spec.workerGroupSpecs ?? []).find(({ groupName }) => groupName === groupOf(pod));
  if (!group || group.suspend) return false;
  if (group.scaleStrategy?.workersToDelete?.includes(pod.metadata.name)) return false;
  const left = siblings(pod, state).filter(
    (each) => isAlive(each) && groupOf(each) === group.groupName && each.metadata.uid !== pod.metadata.uid,
  );
  if ((group.numOfHosts ?? 1) > 1 && hasLostFellow(pod, state)) return false;
  const isReplaceable = left.length >= wantedPods(group);
  // Of too many, one that is ready goes only when the others are ready too.
  return !isReplaceable || (isReady(pod) && left.some((each) => !isReady(each) && !hasEnded(each)));
}

/** Hosts of one replica live and die together: where one has ended, gone or been spoilt, the others have to go. */
function hasLostFellow(pod: Pod, state: State): boolean {
  const isFellow = ({ metadata }: KubeObject): boolean =>
    metadata.labels?.[LABEL.replicaName] === pod.metadata.labels?.[LABEL.replicaName];
  const living = siblings(pod, state).filter((each) => isAlive(each) && !hasEnded(each) && isFellow(each));
  const uids = new Set([pod, ...living].map(({ metadata }) => metadata.uid));
  return state.revisions.some(
    ({ resource, after }) =>
      resource.plural === "pods" && after && isFellow(after) && !uids.has(after.metadata.uid),
  );
}

/** With an `upgradeStrategy` a pod may go that was made from another spec. */
function isOutdated({ metadata }: Pod, cluster: RayCluster): boolean {
  const { upgradeStrategy, workerGroupSpecs = [] } = cluster.spec;
  if (upgradeStrategy?.type === "Recreate") return true;
  if (upgradeStrategy?.type !== "RollingUpdate") return false;
  const group = workerGroupSpecs.find(({ groupName }) => groupName === metadata.labels?.[LABEL.group]);
  return (
    group !== undefined && metadata.annotations?.[ANNOTATION.groupHash] !== groupSpecHash(cluster, group)
  );
}

/** A rolling update ends workers that are ready one by one (the default), and all only where their head goes, too. */
function isNextInLine(pod: Pod, cluster: RayCluster, state: State): boolean {
  if (cluster.spec.upgradeStrategy?.type !== "RollingUpdate" || isHead(pod) || !isReady(pod)) return true;
  const group = (cluster.spec.workerGroupSpecs ?? []).find(({ groupName }) => groupName === groupOf(pod));
  const fellows = siblings(pod, state).filter((each) => each.metadata.uid !== pod.metadata.uid);
  if (!fellows.some((each) => isHead(each) && isAlive(each) && !isOutdated(each, cluster))) return true;
  const ready = fellows.filter((each) => isAlive(each) && isReady(each) && groupOf(each) === groupOf(pod));
  return group === undefined || ready.length >= wantedPods(group) - (group.numOfHosts ?? 1);
}

function nameAgain(change: Revision, state: State): string | undefined {
  const pod = podCreated(change);
  // Of a cluster that is gone nobody can remember anything.
  if (!pod || !clusterOf(pod, state) || isGhost(pod, state)) return undefined;
  return isSpent(pod, state) ? pod.metadata.name : undefined;
}

/** Ray's autoscaler leaves names in the list that nobody has any more. */
function nameToGo(change: Revision, state: State): string | undefined {
  const pod = podCreated(change);
  const groups = (pod && clusterOf(pod, state)?.spec.workerGroupSpecs) ?? [];
  const isListed = groups.some(({ scaleStrategy }) =>
    scaleStrategy?.workersToDelete?.includes(pod?.metadata.name ?? ""),
  );
  return isListed && pod && !isGhost(pod, state) ? pod.metadata.name : undefined;
}

/**
 * Whether the pod is a leader's that was deposed while its create was on the way, and another of its name has lived and
 * gone before it arrived. Nothing can keep it from being made: what is on its way cannot be called back, and no create
 * says "unless there has been one". All that can be asked for is that it goes again, and that the state at rest shows.
 */
function isGhost(pod: Pod, state: State): boolean {
  return isSpent(pod, state) && state.revisions.some((change) => change.isLate && isBirthOf(pod, change));
}

function isSpent(pod: Pod, { revisions }: State): boolean {
  const name = keyOf(nameOf(pod));
  return revisions.some(
    ({ resource, key, before }) =>
      resource.plural === "pods" && key === name && before && before.metadata.uid !== pod.metadata.uid,
  );
}

function isBirthOf({ metadata: { uid } }: Pod, { before, after }: Revision): boolean {
  return after?.metadata.uid === uid && before?.metadata.uid !== uid;
}

const REDIS_FINALIZER = "ray.io/gcs-ft-redis-cleanup-finalizer";
/** KubeRay's five minutes, but for the second that timestamps are cut to. */
const CLEANUP_MS = 299_000;

function letGoTooEarly(
  { resource, before, after, isByController, atMs }: Revision,
  state: State,
): string | undefined {
  const isHeld = (object: KubeObject | undefined): boolean =>
    object?.metadata.finalizers?.includes(REDIS_FINALIZER) ?? false;
  if (resource.plural !== "rayclusters" || !before || !isHeld(before) || isHeld(after)) return undefined;
  const { deletionTimestamp = "", uid } = before.metadata;
  const job = (state.of(JOBS) as readonly Job[]).find(
    ({ metadata }) => metadata.ownerReferences?.[0]?.uid === uid,
  );
  const hasJobEnded = (job?.status?.conditions ?? []).some(({ status }) => status === "True");
  const isOverdue = atMs - Date.parse(deletionTimestamp) >= CLEANUP_MS;
  return !hasJobEnded && !isOverdue && (isByController || !after)
    ? `${before.metadata.name}, ${atMs - Date.parse(deletionTimestamp)} ms after it was to go`
    : undefined;
}

function emptiedTooEarly(
  { resource, before, after, isByController }: Revision,
  state: State,
): string | undefined {
  if (!isByController || resource.plural !== "jobs" || before || !after) return undefined;
  const { uid } = controllerOf(after) ?? {};
  const heads = podsOf(state).filter((pod) => isHead(pod) && controllerOf(pod)?.uid === uid);
  return heads.length > 0
    ? `${after.metadata.name} beside ${heads.map(({ metadata }) => metadata.name).join(", ")}`
    : undefined;
}

function podWithoutLabels(change: Revision, state: State): string | undefined {
  const pod = podCreated(change);
  if (!pod) return undefined;
  const { labels = {}, name } = pod.metadata;
  const cluster = clusterOf(pod, state);
  const missing = [LABEL.cluster, LABEL.group, LABEL.nodeType].filter((label) => labels[label] === undefined);
  if (missing.length > 0) return `${name} lacks ${missing.join(", ")}`;
  if (cluster && labels[LABEL.cluster] !== cluster.metadata.name)
    return `${name} says it is of ${labels[LABEL.cluster]}`;
  return undefined;
}

function indexTwice(change: Revision, state: State): string | undefined {
  const pod = podCreated(change);
  const cluster = pod && clusterOf(pod, state);
  const group = cluster?.spec.workerGroupSpecs?.find(({ groupName }) => pod && groupName === groupOf(pod));
  if (!pod || !group || (group.numOfHosts ?? 1) > 1) return undefined;
  const indexOf = (each: Pod): string | undefined => each.metadata.labels?.[LABEL.replicaIndex];
  const same = siblings(pod, state).filter(
    (each) =>
      isAlive(each) &&
      groupOf(each) === group.groupName &&
      indexOf(each) === indexOf(pod) &&
      !isGhost(each, state),
  );
  return same.length > 1 ? same.map(({ metadata }) => metadata.name).join(", ") : undefined;
}

function clusterOf(pod: Pod, state: State): RayCluster | undefined {
  const owner = controllerOf(pod);
  const clusters = state.of(RAY_CLUSTERS) as readonly RayCluster[];
  return clusters.find(({ metadata }) => metadata.uid === owner?.uid);
}

function siblings(pod: Pod, state: State): readonly Pod[] {
  const cluster = clusterOf(pod, state);
  return cluster ? podsOf(state).filter((each) => isControlledBy(each, cluster)) : [pod];
}

function wantedOf({ spec }: RayCluster, groupName: string): number {
  const group = (spec.workerGroupSpecs ?? []).find((each) => each.groupName === groupName);
  return group && !spec.suspend ? wantedPods(group) : 0;
}
