import {
  carryOut,
  DONE,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
  type Watch,
  watching,
} from "@heliostat/controller";
import {
  controllerOf,
  DEPLOYMENTS,
  type Deployment,
  isControlledBy,
  keyOf,
  PODS,
  type Pod,
  REPLICA_SETS,
} from "@heliostat/kube";
import { claimable } from "../pods/claims.ts";
import { hasEnded } from "../pods/pod-state.ts";
import { planDeployment } from "./plan.ts";
import { deploymentStatus } from "./status.ts";
import { viewDeployment } from "./view.ts";

/** Rolls the template of each Deployment out to its pods, through one ReplicaSet a revision. */
export function deploymentReconciler(): Reconciler<Deployment> {
  return {
    name: "deployment-controller",
    resource: DEPLOYMENTS,
    watches: [claimable(REPLICA_SETS, DEPLOYMENTS), podsThatHaveGone()],
    reconcile,
  };
}

/** An update of type Recreate waits for the end of old pods, which no count of a ReplicaSet tells. */
function podsThatHaveGone(): Watch<Pod> {
  return watching(PODS, (pod, { caches, isGone }) => {
    const reference = controllerOf(pod);
    if (reference?.kind !== "ReplicaSet" || !(isGone || hasEnded(pod))) return [];
    const { namespace = "" } = pod.metadata;
    const replicaSet = caches.of(REPLICA_SETS).get(keyOf({ namespace, name: reference.name }));
    if (!replicaSet) return [];
    const name = controllerOf(replicaSet)?.name ?? "";
    const deployment = caches.of(DEPLOYMENTS).get(keyOf({ namespace, name }));
    const isWaiting =
      deployment?.spec?.strategy?.type === "Recreate" && isControlledBy(replicaSet, deployment);
    return isWaiting ? [keyOf({ namespace, name })] : [];
  });
}

async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { caches, clock, client } = context;
  const view = viewDeployment(key, caches, clock.now());
  if (!view) return DONE;
  const plan = planDeployment(view);
  const outcome = await carryOut(plan, view.deployment, context);
  const after = viewDeployment(key, caches, clock.now());
  if (after) {
    await patchStatus(DEPLOYMENTS, after.deployment, { status: deploymentStatus(after), client });
  }
  return resultOf(plan, outcome);
}
