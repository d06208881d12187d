import {
  carryOut,
  DONE,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
} from "@heliostat/controller";
import { PODS, REPLICA_SETS, type ReplicaSet, randomSuffix } from "@heliostat/kube";
import { claimable } from "../pods/claims.ts";
import { planReplicaSet } from "./plan.ts";
import { replicaSetStatus } from "./status.ts";
import { viewReplicaSet } from "./view.ts";

/** Keeps as many pods of one template as are wanted. */
export function replicaSetReconciler(): Reconciler<ReplicaSet> {
  return {
    name: "replicaset-controller",
    resource: REPLICA_SETS,
    watches: [claimable(PODS, REPLICA_SETS)],
    reconcile,
  };
}

async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { caches, clock, random, client } = context;
  const surroundings = { nowMs: clock.now(), freshSuffix: () => randomSuffix(random) };
  const view = viewReplicaSet(key, caches, surroundings);
  if (!view) return DONE;
  const plan = planReplicaSet(view);
  const outcome = await carryOut(plan, view.replicaSet, context);
  const after = viewReplicaSet(key, caches, surroundings);
  if (after) {
    const status = replicaSetStatus(after, outcome);
    await patchStatus(REPLICA_SETS, after.replicaSet, { status, client });
  }
  return resultOf(plan, outcome);
}
