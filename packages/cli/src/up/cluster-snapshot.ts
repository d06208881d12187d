import { type ContainerStatus, isTerminating, type Pod } from "@heliostat/kube";
import type { RayCluster } from "@heliostat/ray";
import type { ClusterSnapshot, PodLine } from "../output/up-event.ts";

/** Waiting reasons that every start passes through: they are no news. */
const ORDINARY_WAITS: readonly string[] = ["ContainerCreating", "PodInitializing"];

/** How a cluster stands, from its object and its pods, in the words that `kubectl get` uses. */
export function clusterSnapshot(cluster: RayCluster, pods: readonly Pod[]): ClusterSnapshot {
  const { name, namespace } = cluster.metadata;
  return {
    name: `${namespace}/${name}`,
    state: cluster.status?.state ?? "",
    pods: [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map(podLine),
    conditions: (cluster.status?.conditions ?? []).map(({ type, status, reason, message }) => ({
      type,
      status,
      reason,
      message,
    })),
  };
}

function podLine(pod: Pod): PodLine {
  const containers = pod.status?.containerStatuses ?? [];
  const total = pod.spec?.containers.length ?? 0;
  return {
    name: pod.metadata.name,
    ready: `${containers.filter(({ ready }) => ready).length}/${total}`,
    status: statusOf(pod),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ip: pod.status?.podIP ?? "",
    why: whyNotUp(pod),
  };
}

function statusOf(pod: Pod): string {
  if (isTerminating(pod)) return "Terminating";
  const waiting = allStatuses(pod).find(({ state }) => state?.waiting !== undefined)?.state?.waiting?.reason;
  return waiting ?? pod.status?.phase ?? "Pending";
}

/** The first thing that a person should know about a pod that does not come up; empty when nothing is wrong. */
export function whyNotUp(pod: Pod): string {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return scheduled.message ?? "";
  for (const { state } of allStatuses(pod)) {
    if (state?.waiting?.message && !ORDINARY_WAITS.includes(state.waiting.reason ?? ""))
      return state.waiting.message;
  }
  return "";
}

function allStatuses(pod: Pod): readonly ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}
