import type { Reconciler } from "@heliostat/controller";
import { rayClusterReconciler } from "./raycluster/reconciler.ts";
import type { RayClusterReconcilerSettings } from "./raycluster/settings.ts";

export { type Explanation, explainRayCluster } from "./explain/explain-raycluster.ts";
export type { Finding } from "./explain/finding.ts";
export { type Forecast, type ForecastOptions, forecastRayCluster } from "./forecast/forecast-raycluster.ts";
export { CLUSTER_GAUGES, clusterSamples, type GaugeFamily, type Sample } from "./metrics/cluster-metrics.ts";
export { OPERATOR_PROJECTIONS } from "./projections.ts";
export { type Evidence, type Why, whyNotReady } from "./raycluster/status/why.ts";
export { type RayClusterView, type ViewSources, viewRayCluster } from "./raycluster/view.ts";

/** How the operator is set up. */
export interface OperatorSettings extends RayClusterReconcilerSettings {}

/** Everything that the operator does, one reconciler a kind. */
export function reconcilers(settings: OperatorSettings = {}): readonly Reconciler[] {
  return [rayClusterReconciler(settings) as unknown as Reconciler];
}
