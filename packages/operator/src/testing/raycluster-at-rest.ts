import { podsOf, type State } from "@heliostat/controller/testing";
import {
  type Condition,
  conditionOf,
  isControlledBy,
  isTerminating,
  type Pod,
  SERVICES,
} from "@heliostat/kube";
import { desiredPods, headServiceName, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { groupOf, isAlive, isHead, isReady, isWorker } from "../raycluster/pod-state.ts";

/** What a user would complain of when nothing moves any more. */
export function rayClustersAtRest(state: State): readonly string[] {
  const clusters = (state.of(RAY_CLUSTERS) as readonly RayCluster[]).filter((each) => !isTerminating(each));
  return clusters.flatMap((cluster) => {
    if (!isSound(cluster)) return problemsOfUnsound(cluster);
    const pods = podsOf(state).filter((pod) => isControlledBy(pod, cluster) && isAlive(pod));
    return [
      ...podProblems(cluster, pods),
      ...serviceProblems(cluster, state),
      ...statusProblems(cluster, pods),
    ].map((problem) => `${cluster.metadata.name} ${problem}`);
  });
}

/** Whether the minimum is above the maximum is the one mistake that scenarios make. */
function isSound({ spec }: RayCluster): boolean {
  return (spec.workerGroupSpecs ?? []).every(
    ({ minReplicas = 0, maxReplicas = 1 }) => minReplicas <= maxReplicas,
  );
}

function problemsOfUnsound({ metadata, status = {} }: RayCluster): readonly string[] {
  const degraded = conditionOf(status.conditions as readonly Condition[] | undefined, "Degraded");
  return degraded?.status === "True" ? [] : [`${metadata.name} is not valid, and no condition says so`];
}

function podProblems(cluster: RayCluster, pods: readonly Pod[]): readonly string[] {
  const { suspend, workerGroupSpecs = [] } = cluster.spec;
  const heads = pods.filter(isHead).length;
  const wantedHeads = suspend ? 0 : 1;
  const known = new Set(workerGroupSpecs.map(({ groupName }) => groupName));
  return [
    ...(heads === wantedHeads ? [] : [`has ${heads} heads`]),
    ...workerGroupSpecs.flatMap((group) => {
      const wanted = suspend || group.suspend ? 0 : desiredPods(group);
      const found = pods.filter((pod) => isWorker(pod) && groupOf(pod) === group.groupName);
      const listed = found.filter((pod) => group.scaleStrategy?.workersToDelete?.includes(pod.metadata.name));
      return [
        ...(found.length === wanted
          ? []
          : [`has ${found.length} of ${wanted} workers in ${group.groupName}`]),
        ...(listed.length > 0
          ? [`keeps ${listed.length} workers of ${group.groupName} that were to go`]
          : []),
      ];
    }),
    ...pods
      .filter((pod) => isWorker(pod) && !known.has(groupOf(pod)))
      .map((pod) => `keeps orphan ${pod.metadata.name}`),
  ];
}

function serviceProblems(cluster: RayCluster, state: State): readonly string[] {
  if (cluster.spec.suspend) return [];
  const services = state.of(SERVICES).filter((service) => isControlledBy(service, cluster));
  return services.some(({ metadata }) => metadata.name === headServiceName(cluster))
    ? []
    : ["has no head service"];
}

function statusProblems(
  { metadata, spec, status = {} }: RayCluster,
  pods: readonly Pod[],
): readonly string[] {
  const ready = pods.filter((pod) => isWorker(pod) && isReady(pod)).length;
  const isHeadReady = pods.some((pod) => isHead(pod) && isReady(pod));
  const head = conditionOf(status.conditions as readonly Condition[] | undefined, "HeadPodReady");
  const expected = spec.suspend ? "suspended" : undefined;
  return [
    ...(status.observedGeneration === metadata.generation
      ? []
      : [`has observedGeneration ${status.observedGeneration} of ${metadata.generation}`]),
    ...((status.readyWorkerReplicas ?? 0) === ready
      ? []
      : [`says ${status.readyWorkerReplicas} ready, has ${ready}`]),
    ...((head?.status === "True") === isHeadReady ? [] : [`says HeadPodReady ${head?.status}`]),
    ...(expected === undefined || status.state === expected ? [] : [`is ${status.state}, not ${expected}`]),
    ...(expected === undefined && pods.every(isReady) && status.state !== "ready"
      ? [`is ${status.state}`]
      : []),
  ];
}
