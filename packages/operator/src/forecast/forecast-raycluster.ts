import type { Caches, Plan } from "@heliostat/controller";
import { keyOf, nameOf, timestamp } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayCluster, type SpecProblem } from "@heliostat/ray";
import { planRayCluster, problemsOf } from "../raycluster/plan.ts";
import { statusOf } from "../raycluster/status.ts";
import { viewRayCluster } from "../raycluster/view.ts";
import { ImaginedCaches } from "./imagined-caches.ts";

/** What the operator would do about a RayCluster. */
export interface Forecast {
  /** What is wrong with it; then nothing would be done. */
  readonly problems: readonly SpecProblem[];
  /** One plan a reconcile, each made after the actions of those before it. Empty when nothing would be done. */
  readonly plans: readonly Plan[];
  /** What the operator would wait for at the end. */
  readonly waitingFor?: string;
}

export interface ForecastOptions {
  /** How things stand; what `rayClusterReconciler` watches must be in it. */
  readonly caches: Caches;
  readonly nowMs: number;
}

/** No change takes more looks than this; a group that is replaced pod by pod shows its beginning. */
const MOST_PLANS = 8;

/**
 * What the operator would do if the cluster were as given: the plans of its own reconciles, one after the other, until
 * there is nothing left to do. Pure. It is taken for granted that deletions succeed at once and that new pods do not
 * change on the way.
 */
export function forecastRayCluster(cluster: RayCluster, { caches, nowMs }: ForecastOptions): Forecast {
  const imagined = new ImaginedCaches(caches);
  imagined.put(RAY_CLUSTERS, cluster);
  const key = keyOf(nameOf(cluster));
  const plans: Plan[] = [];
  while (plans.length < MOST_PLANS) {
    const view = viewRayCluster(key, imagined, nowMs);
    if (!view) break;
    const problems = problemsOf(view);
    if (problems.length > 0) return { problems, plans: [] };
    const plan = planRayCluster(view);
    const { waitingFor } = plan;
    if (plan.actions.length === 0)
      return { problems, plans, ...(waitingFor !== undefined && { waitingFor }) };
    plans.push(plan);
    carryOutInMind(plan, { imagined, key, nowMs });
  }
  return { problems: [], plans };
}

interface Mind {
  readonly imagined: ImaginedCaches;
  readonly key: string;
  readonly nowMs: number;
}

/** The status comes along, since the names of later pods rest on it. */
function carryOutInMind(plan: Plan, { imagined, key, nowMs }: Mind): void {
  for (const action of plan.actions) imagined.imagine(action, timestamp(nowMs));
  const after = viewRayCluster(key, imagined, nowMs);
  if (!after) return;
  const status = statusOf(after, { done: plan.actions });
  imagined.put(RAY_CLUSTERS, { ...after.cluster, status });
}
