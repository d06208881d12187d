import { podsOf, type State } from "@heliostat/controller/testing";
import {
  type Condition,
  conditionOf,
  controllerOf,
  INGRESSES,
  isControlledBy,
  isTerminating,
  JOBS,
  type Job,
  NETWORK_POLICIES,
  type Pod,
  RESOURCE_QUOTAS,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from "@heliostat/kube";
import { headServiceName, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import {
  groupOf,
  hasEnded,
  isAlive,
  isHead,
  isMadeFrom,
  isReady,
  isWorker,
  wantedPods,
} from "./pod-facts.ts";

/** What a user would complain of when nothing moves any more. */
export function rayClustersAtRest(state: State): readonly string[] {
  return (state.of(RAY_CLUSTERS) as readonly RayCluster[]).flatMap((cluster) => {
    if (isTerminating(cluster) && isPatient(cluster, state)) return [];
    if (isTerminating(cluster)) return [`${cluster.metadata.name} is still being deleted`];
    if (!isSound(cluster)) return problemsOfUnsound(cluster);
    // What a quota forbids is told of, and that is all there is to be done about it.
    if (state.of(RESOURCE_QUOTAS).length > 0 && isDegraded(cluster)) return [];
    const pods = podsOf(state).filter((pod) => isControlledBy(pod, cluster) && isAlive(pod));
    return [
      ...podProblems(cluster, pods),
      ...upgradeProblems(cluster, pods),
      ...possessionProblems(cluster, { state, pods }),
      ...serviceProblems(cluster, state),
      ...statusProblems(cluster, pods),
    ].map((problem) => `${cluster.metadata.name} ${problem}`);
  });
}

/** Whether it waits for a job that runs, and may do so for longer than any rest lasts. */
function isPatient({ metadata }: RayCluster, state: State): boolean {
  const limitSeconds = Number(metadata.annotations?.["ray.io/gcs-ft-deletion-timeout"] ?? 0);
  const jobs = (state.of(JOBS) as readonly Job[]).filter((job) => controllerOf(job)?.uid === metadata.uid);
  return limitSeconds > 3600 && jobs.some(({ status }) => !status?.completionTime);
}

/** Whether the minimum is above the maximum is the one mistake that scenarios make. */
function isSound({ spec }: RayCluster): boolean {
  return (spec.workerGroupSpecs ?? []).every(
    ({ minReplicas = 0, maxReplicas = 1 }) => minReplicas <= maxReplicas,
  );
}

function problemsOfUnsound(cluster: RayCluster): readonly string[] {
  return isDegraded(cluster) ? [] : [`${cluster.metadata.name} is not valid, and no condition says so`];
}

function isDegraded({ status = {} }: RayCluster): boolean {
  const degraded = conditionOf(status.conditions as readonly Condition[] | undefined, "Degraded");
  return degraded?.status === "True";
}

function whyDegraded({ conditions }: NonNullable<RayCluster["status"]>): string {
  return conditionOf(conditions as readonly Condition[] | undefined, "Degraded")?.message ?? "";
}

function podProblems(cluster: RayCluster, pods: readonly Pod[]): readonly string[] {
  const { suspend, workerGroupSpecs = [] } = cluster.spec;
  const heads = pods.filter(isHead).length;
  const wantedHeads = suspend ? 0 : 1;
  const known = new Set(workerGroupSpecs.map(({ groupName }) => groupName));
  return [
    ...pods.filter(hasEnded).map((pod) => `keeps ${pod.metadata.name}, which has ended`),
    ...(heads === wantedHeads ? [] : [`has ${heads} heads`]),
    ...workerGroupSpecs.flatMap((group) => {
      const wanted = suspend || group.suspend ? 0 : wantedPods(group);
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

/** Who asks for upgrades has no pod that lacks what its template says by now. */
function upgradeProblems({ spec }: RayCluster, pods: readonly Pod[]): readonly string[] {
  const { headGroupSpec, workerGroupSpecs = [], upgradeStrategy } = spec;
  if (upgradeStrategy?.type !== "Recreate" && upgradeStrategy?.type !== "RollingUpdate") return [];
  return pods
    .filter((pod) => {
      const group = workerGroupSpecs.find(({ groupName }) => groupName === groupOf(pod));
      return !isMadeFrom(pod, isHead(pod) ? headGroupSpec.template : group?.template);
    })
    .map(({ metadata }) => `keeps ${metadata.name}, which is of an older spec`);
}

/** Beside pods and services a cluster has exactly what its spec asks for. */
function possessionProblems(
  cluster: RayCluster,
  { state, pods }: { readonly state: State; readonly pods: readonly Pod[] },
): readonly string[] {
  const { spec, metadata } = cluster;
  const isScaling = spec.enableInTreeAutoscaling === true;
  const hasScaler = pods.some((pod) => pod.spec?.containers?.some(({ name }) => name === "autoscaler"));
  const isScaled = isScaling || hasScaler;
  const wanted: readonly (readonly [Resource, boolean])[] = [
    [SERVICE_ACCOUNTS, isScaled],
    [ROLES, isScaled],
    [ROLE_BINDINGS, isScaled],
    [SECRETS, spec.authOptions?.mode === "token"],
    [INGRESSES, spec.headGroupSpec.enableIngress === true],
    [NETWORK_POLICIES, spec.networkPolicy !== undefined],
  ];
  const needsPromise = spec.gcsFaultToleranceOptions?.redisAddress !== undefined;
  const hasPromise = metadata.finalizers?.includes("ray.io/gcs-ft-redis-cleanup-finalizer") === true;
  return [
    ...wanted.flatMap(([resource, isWanted]) => {
      const found = state.of(resource).some((object) => isControlledBy(object, cluster));
      return found === isWanted ? [] : [`${found ? "keeps" : "lacks"} its ${resource.kind}`];
    }),
    ...(needsPromise && !hasPromise ? ["lacks its finalizer"] : []),
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
    ...(pods.every(isReady) && isDegraded({ metadata, spec, status } as RayCluster)
      ? [`is degraded: ${whyDegraded(status)}`]
      : []),
    ...(expected === undefined && pods.every(isReady) && status.state !== "ready"
      ? [`is ${status.state}`]
      : []),
  ];
}
