import { desiredPods, type WorkerGroupSpec } from "@heliostat/ray";
import { groupOf, isAlive, isHead, isReady, isWorker } from "../pod-state.ts";
import type { RayClusterView } from "../view.ts";

/** How many of something there should be, and how many of those are ready. */
export interface Readiness {
  readonly wanted: number;
  readonly ready: number;
}

/** Workers beyond what their group wants do not make up for those that another group lacks. */
export function workersReadiness(view: RayClusterView): Readiness {
  const groups = (view.cluster.spec.workerGroupSpecs ?? []).map((group) => groupReadiness(view, group));
  return {
    wanted: groups.reduce((sum, { wanted }) => sum + wanted, 0),
    ready: groups.reduce((sum, { wanted, ready }) => sum + Math.min(wanted, ready), 0),
  };
}

/** Whether head and all wanted workers are ready at this moment. */
export function isComplete(view: RayClusterView): boolean {
  const { wanted, ready } = workersReadiness(view);
  return ready === wanted && view.pods.some((pod) => isHead(pod) && isAlive(pod) && isReady(pod));
}

function groupReadiness({ pods }: RayClusterView, group: WorkerGroupSpec): Readiness {
  const workers = pods.filter((pod) => isWorker(pod) && groupOf(pod) === group.groupName);
  return {
    wanted: desiredPods(group),
    ready: workers.filter((pod) => isAlive(pod) && isReady(pod)).length,
  };
}
