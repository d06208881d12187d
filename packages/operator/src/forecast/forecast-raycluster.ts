import type { Caches, Plan } from "@heliostat/controller";
import { keyOf, nameOf, type Random, timestamp } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayCluster, type SpecProblem } from "@heliostat/ray";
import { planRayCluster } from "../raycluster/plan.ts";
import { problemsOf } from "../raycluster/problems.ts";
import type { RayClusterReconcilerSettings } from "../raycluster/settings.ts";
import { statusOf } from "../raycluster/status.ts";
import { type ViewSources, viewRayCluster } from "../raycluster/view.ts";
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
  readonly random: Random;
  /** How the operator is set up; nobody is asked which workers are idle. @default as KubeRay's is without flags */
  readonly settings?: RayClusterReconcilerSettings;
}

/** No change takes more looks than this; a group that is replaced pod by pod shows its beginning. */
const MOST_PLANS = 8;

/**
 * What the operator would do if the cluster were as given: the plans of its own reconciles, one after the other, until
 * there is nothing left to do. Pure. It is taken for granted that deletions succeed at once and that new pods do not
 * change on the way.
 */
export function forecastRayCluster(cluster: RayCluster, options: ForecastOptions): Forecast {
  const { nowMs, random, settings: { ray, ...surroundings } = {} } = options;
  const imagined = new ImaginedCaches(options.caches);
  const sources = { ...surroundings, ...(ray && { settings: ray }), nowMs, random, caches: imagined };
  imagined.put(RAY_CLUSTERS, cluster);
  const key = keyOf(nameOf(cluster));
  const plans: Plan[] = [];
  while (plans.length < MOST_PLANS) {
    const view = viewRayCluster(key, sources);
    if (!view) break;
    const problems = problemsOf(view);
    if (problems.length > 0) return { problems, plans: [] };
    const plan = planRayCluster(view);
    const { waitingFor } = plan;
    if (plan.actions.length === 0)
      return { problems, plans, ...(waitingFor !== undefined && { waitingFor }) };
    plans.push(plan);
    carryOutInMind(plan, { imagined, key, sources });
  }
  return { problems: [], plans };
}

interface Mind {
  readonly imagined: ImaginedCaches;
  readonly key: string;
  readonly sources: ViewSources;
}

/** The status comes along, since the names of later pods rest on it. */
function carryOutInMind(plan: Plan, { imagined, key, sources }: Mind): void {
  for (const action of plan.actions) imagined.imagine(action, timestamp(sources.nowMs));
  const after = viewRayCluster(key, sources);
  if (!after) return;
  const status = statusOf(after, { done: plan.actions });
  imagined.put(RAY_CLUSTERS, { ...after.cluster, status });
}
