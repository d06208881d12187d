import type { Reconciler } from "@heliostat/controller";
import { rayClusterReconciler } from "./raycluster/reconciler.ts";

export type { Evidence } from "./explain/evidence.ts";
export { type Explanation, explainRayCluster } from "./explain/explain-raycluster.ts";
export { type Forecast, type ForecastOptions, forecastRayCluster } from "./forecast/forecast-raycluster.ts";
export { CLUSTER_GAUGES, clusterSamples, type GaugeFamily, type Sample } from "./metrics/cluster-metrics.ts";
export { planRayCluster } from "./raycluster/plan.ts";
export { type RayClusterView, viewRayCluster } from "./raycluster/view.ts";

/** Everything that the operator does, one reconciler a kind. */
export function reconcilers(): readonly Reconciler[] {
  return [rayClusterReconciler as unknown as Reconciler];
}
