import type { Reconciler } from "@heliostat/controller";
import type { Resource } from "@heliostat/kube";
import { autoscalerReconciler } from "./autoscaling/reconciler.ts";
import { deploymentReconciler } from "./deployments/reconciler.ts";
import { disruptionBudgetReconciler } from "./disruption-budgets/reconciler.ts";
import { endpointsReconciler } from "./endpoints/reconciler.ts";
import { garbageCollector } from "./garbage/reconciler.ts";
import { orphanedJobPods } from "./jobs/orphaned-pods.ts";
import { jobReconciler } from "./jobs/reconciler.ts";
import { namespaceReconciler } from "./namespaces/reconciler.ts";
import { taintEvictionReconciler } from "./nodes/eviction-reconciler.ts";
import { nodeLifecycleReconciler } from "./nodes/lifecycle-reconciler.ts";
import { quotaReconciler } from "./quotas/reconciler.ts";
import { replicaSetReconciler } from "./replica-sets/reconciler.ts";
import { schedulerReconciler } from "./scheduler/reconciler.ts";
import { BUILT_IN_RESOURCES } from "./served-resources.ts";
import { statefulSetReconciler } from "./stateful-sets/reconciler.ts";
import { volumeReconciler } from "./volumes/reconciler.ts";

export interface WorkloadOptions {
  /** PEM text by which pods know the API server: the content of each namespace's `kube-root-ca.crt`. */
  readonly caCertificate: string;
  /**
   * The built-in resources that namespaces are emptied of and that the garbage collector follows. Custom resources are
   * added as their definitions are established.
   *
   * @default the namespaced ones that `kube` knows, without events
   */
  readonly resources?: readonly Resource[];
  /** Where persistent volume claims that no volume fits get a folder of the node. @default nowhere: they wait */
  readonly volumesFolder?: string;
}

/**
 * What a cluster needs besides its API, for a cluster that has no Kubernetes control plane of its own: namespaces,
 * garbage collection, scheduling, endpoints, and the kinds that run pods. Hand them to `runControllers`, with your own reconcilers if you like.
 */
export function workloadControllers(options: WorkloadOptions): readonly Reconciler[] {
  const { caCertificate, resources = BUILT_IN_RESOURCES, volumesFolder } = options;
  return [
    namespaceReconciler({ resources, caCertificate }),
    garbageCollector({ resources }),
    schedulerReconciler(),
    nodeLifecycleReconciler(),
    taintEvictionReconciler(),
    endpointsReconciler(),
    replicaSetReconciler(),
    deploymentReconciler(),
    statefulSetReconciler(),
    jobReconciler(),
    orphanedJobPods(),
    volumeReconciler(volumesFolder === undefined ? {} : { folder: volumesFolder }),
    autoscalerReconciler({ resources }),
    quotaReconciler({ resources }),
    disruptionBudgetReconciler(),
  ];
}
