import type { Caches } from "@heliostat/controller";
import {
  controllerOf,
  DEPLOYMENTS,
  groupVersion,
  keyOf,
  matchesLabels,
  type OwnerReference,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type Pod,
  type PodDisruptionBudget,
  REPLICA_SETS,
  requirementsOf,
  STATEFUL_SETS,
} from "@heliostat/kube";
import { BY_NAMESPACE } from "@heliostat/watch-cache";
import { hasEnded } from "../pods/pod-state.ts";

/** A budget, the pods that it protects, and how many of them there are meant to be. */
export interface BudgetView {
  readonly budget: PodDisruptionBudget;
  readonly pods: readonly Pod[];
  /** The replicas that the pods' controllers want; an `error` when one of them cannot tell. */
  readonly scale: { readonly expected: number } | { readonly error: string };
  readonly nowMs: number;
}

export function viewBudget(key: string, caches: Caches, nowMs: number): BudgetView | undefined {
  const budget = caches.of(POD_DISRUPTION_BUDGETS).get(key);
  if (!budget) return undefined;
  const { namespace = "" } = budget.metadata;
  const pods = caches
    .of(PODS)
    .byIndex(BY_NAMESPACE, namespace)
    .filter((pod) => protects(budget, pod) && !hasEnded(pod));
  return { budget, pods, scale: scaleOf(pods, caches), nowMs };
}

/** An empty selector protects every pod of the namespace, an absent one none (Kubernetes: `policy/v1`). */
export function protects({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean {
  return spec?.selector !== undefined && matchesLabels(requirementsOf(spec.selector), metadata.labels);
}

function scaleOf(pods: readonly Pod[], caches: Caches): BudgetView["scale"] {
  const wantedBy = new Map<string, number>();
  for (const pod of pods) {
    const scale = controllerScale(pod, caches);
    if ("error" in scale) return scale;
    wantedBy.set(scale.uid, scale.replicas);
  }
  return { expected: [...wantedBy.values()].reduce((total, replicas) => total + replicas, 0) };
}

type ControllerScale = { readonly uid: string; readonly replicas: number } | { readonly error: string };

function controllerScale({ metadata }: Pod, caches: Caches): ControllerScale {
  const { namespace = "", name, ownerReferences } = metadata;
  const reference = ownerReferences?.find(({ controller }) => controller);
  if (!reference) return { error: `found no controllers for pod "${name}"` };
  const found = scaledOwner(reference, namespace, caches);
  if (found) return found;
  return {
    error: `${reference.kind} "${reference.name}" of pod "${name}" does not implement the scale subresource`,
  };
}

function scaledOwner(
  { apiVersion, kind, name, uid }: OwnerReference,
  namespace: string,
  caches: Caches,
): ControllerScale | undefined {
  if (groupVersion(apiVersion).group !== "apps") return undefined;
  const key = keyOf({ namespace, name });
  if (kind === "StatefulSet")
    return { uid, replicas: caches.of(STATEFUL_SETS).get(key)?.spec?.replicas ?? 0 };
  if (kind !== "ReplicaSet") return undefined;
  const replicaSet = caches.of(REPLICA_SETS).get(key);
  const owner = replicaSet && controllerOf(replicaSet);
  if (owner?.kind !== "Deployment") return { uid, replicas: replicaSet?.spec?.replicas ?? 0 };
  const deployment = caches.of(DEPLOYMENTS).get(keyOf({ namespace, name: owner.name }));
  return { uid: owner.uid, replicas: deployment?.spec?.replicas ?? 0 };
}
