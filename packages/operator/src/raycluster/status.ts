import type { Outcome } from "@heliostat/controller";
import { type Condition, type Pod, type Service, timestamp, withCondition } from "@heliostat/kube";
import {
  CLUSTER_STATE,
  CONDITION,
  desiredResources,
  desiredWorkers,
  headServiceName,
  type RayClusterStatus,
} from "@heliostat/ray";
import { isAlive, isHead, isReady, isRunning, isWorker } from "./pod-state.ts";
import { problemsOf } from "./problems.ts";
import {
  headPodReady,
  progress,
  provisioned,
  replicaFailure,
  suspension,
  workersReady,
} from "./status/conditions.ts";
import { refusalOf, type Why, whyGiven } from "./status/why.ts";
import { isSuspending } from "./suspension.ts";
import { nextNameFloors } from "./view/name-floors.ts";
import type { RayClusterView } from "./view.ts";

/**
 * How the cluster stands (KubeRay rule, field by field). Pure; `lastUpdateTime` is left to whoever writes it.
 *
 * `state` says `ready` once head and all wanted workers have been ready together, and stays until the cluster is
 * suspended: clients wait for it. What holds at this moment is in the conditions and counters.
 */
export function statusOf(view: RayClusterView, outcome: Outcome): RayClusterStatus {
  // A spec that is not valid cannot be counted; what it left behind is told as it was.
  const isCountable = problemsOf(view).length === 0;
  const why = whyGiven(view, refusalOf(outcome.failed));
  const floors = nextNameFloors(view, outcome);
  const { generation } = view.cluster.metadata;
  return {
    ...view.cluster.status,
    ...(isCountable && countable(view, outcome)),
    why: why?.sentence ?? "",
    conditions: conditionsOf(view, outcome, { why, isCountable }),
    ...(Object.keys(floors).length > 0 && { podNameFloors: floors }),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
}

/** What depends on a spec that makes sense. */
function countable(view: RayClusterView, outcome: Outcome): RayClusterStatus {
  const { cluster, nowMs } = view;
  const old = cluster.status ?? {};
  const state = stateOf(view, outcome);
  const head = headInfo(view);
  return {
    ...counters(view),
    ...desiredResources(cluster),
    ...(state !== undefined && {
      state,
      stateTransitionTimes:
        state === old.state
          ? (old.stateTransitionTimes ?? {})
          : { ...old.stateTransitionTimes, [state]: timestamp(nowMs) },
    }),
    endpoints: endpointsOf(headServiceOf(view)),
    head,
  };
}

interface Findings {
  readonly why: Why | undefined;
  readonly isCountable: boolean;
}

function conditionsOf(
  view: RayClusterView,
  outcome: Outcome,
  { why, isCountable }: Findings,
): readonly Condition[] {
  const failure = replicaFailure(outcome);
  const old = (view.cluster.status?.conditions ?? []) as readonly Condition[];
  const kept = failure === undefined ? old.filter(({ type }) => type !== CONDITION.replicaFailure) : old;
  const next = [
    headPodReady(view),
    ...(isCountable ? [provisioned(view), ...suspension(view), workersReady(view)] : []),
    ...progress(why),
    ...(failure === undefined ? [] : [failure]),
  ];
  return next.reduce((conditions, condition) => withCondition(conditions, condition, view.nowMs), kept);
}

function stateOf(view: RayClusterView, { failed }: Outcome): RayClusterStatus["state"] {
  const { cluster, pods } = view;
  if (isSuspending(view)) return pods.length === 0 ? CLUSTER_STATE.suspended : cluster.status?.state;
  const wanted = desiredWorkers(cluster).desired + 1;
  const isComplete = pods.length === wanted && pods.every(isReady);
  if (isComplete && !failed) return CLUSTER_STATE.ready;
  return cluster.status?.state === CLUSTER_STATE.suspended ? "" : cluster.status?.state;
}

function counters(view: RayClusterView): RayClusterStatus {
  const workers = view.pods.filter(isWorker);
  const { desired, min, max } = desiredWorkers(view.cluster);
  return {
    readyWorkerReplicas: workers.filter(isReady).length,
    availableWorkerReplicas: workers.filter(isRunning).length,
    desiredWorkerReplicas: desired,
    minWorkerReplicas: min,
    maxWorkerReplicas: max,
  };
}

function headInfo(view: RayClusterView): NonNullable<RayClusterStatus["head"]> {
  const head = view.pods.find((pod) => isHead(pod) && isAlive(pod));
  const service = headServiceOf(view);
  const serviceIp = serviceIpOf(service, head);
  return {
    ...(head?.status?.podIP && { podIP: head.status.podIP }),
    ...(head && { podName: head.metadata.name }),
    ...(serviceIp && { serviceIP: serviceIp }),
    ...(service && { serviceName: service.metadata.name }),
  };
}

/** A headless service has no address of its own: the head's stands for it. */
function serviceIpOf(service: Service | undefined, head: Pod | undefined): string | undefined {
  const own = service?.spec?.clusterIP;
  return own && own !== "None" ? own : service && head?.status?.podIP;
}

function headServiceOf({ cluster, services }: RayClusterView): Service | undefined {
  return services.find(({ metadata }) => metadata.name === headServiceName(cluster));
}

/** Named ports of the head service: the node's port where there is one, else the pod's. */
function endpointsOf(service: Service | undefined): Readonly<Record<string, string>> {
  const named = (service?.spec?.ports ?? []).filter(({ name }) => name);
  return Object.fromEntries(
    named.map(({ name, nodePort, targetPort, port }) => [name, String(nodePort || targetPort || port)]),
  );
}
