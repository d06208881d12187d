import type { Reconciler } from "@heliostat/controller";
import { rayClusterReconciler } from "./raycluster/reconciler.ts";

export { planRayCluster } from "./raycluster/plan.ts";
export type { RayClusterView } from "./raycluster/view.ts";

/** Everything that the operator does, one reconciler a kind. */
export function reconcilers(): readonly Reconciler[] {
  return [rayClusterReconciler as unknown as Reconciler];
}
