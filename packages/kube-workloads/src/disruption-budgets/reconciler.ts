import { DONE, lookAgain, patchStatus, type Reconciler, type Watch, watching } from "@heliostat/controller";
import {
  DEPLOYMENTS,
  type KubeObject,
  keyOf,
  nameOf,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type PodDisruptionBudget,
  REPLICA_SETS,
  type Resource,
  STATEFUL_SETS,
} from "@heliostat/kube";
import { BY_NAMESPACE } from "@heliostat/watch-cache";
import { budgetStatus, DISRUPTION_TIMEOUT_MS } from "./status.ts";
import { protects, viewBudget } from "./view.ts";

/** Says for each PodDisruptionBudget how many pods may be evicted; the API's evictions go by that. */
export function disruptionBudgetReconciler(): Reconciler<PodDisruptionBudget> {
  return {
    name: "disruption-controller",
    resource: POD_DISRUPTION_BUDGETS,
    watches: [
      watching(PODS, (pod, { caches }) =>
        caches
          .of(POD_DISRUPTION_BUDGETS)
          .byIndex(BY_NAMESPACE, pod.metadata.namespace ?? "")
          .filter((budget) => protects(budget, pod))
          .map((budget) => keyOf(nameOf(budget))),
      ),
      scaledBy(REPLICA_SETS),
      scaledBy(STATEFUL_SETS),
      scaledBy(DEPLOYMENTS),
    ],
    async reconcile(key, { caches, clock, client }) {
      const view = viewBudget(key, caches, clock.now());
      if (!view) return DONE;
      const status = budgetStatus(view);
      await patchStatus(POD_DISRUPTION_BUDGETS, view.budget, { status, client });
      return status.disruptedPods ? lookAgain(DISRUPTION_TIMEOUT_MS) : DONE;
    },
  };
}

/** How many pods are wanted concerns all budgets of the namespace. */
function scaledBy<T extends KubeObject>(resource: Resource<T>): Watch<T> {
  return watching(resource, ({ metadata }, { caches }) =>
    caches
      .of(POD_DISRUPTION_BUDGETS)
      .byIndex(BY_NAMESPACE, metadata.namespace ?? "")
      .map((budget) => keyOf(nameOf(budget))),
  );
}
