import {
  carryOut,
  DONE,
  owned,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  readOnly,
  resultOf,
} from "@heliostat/controller";
import {
  CONTROLLER_REVISIONS,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  STATEFUL_SETS,
  type StatefulSet,
} from "@heliostat/kube";
import { claimable } from "../pods/claims.ts";
import { planStatefulSet } from "./plan.ts";
import { statefulSetStatus } from "./status.ts";
import { viewStatefulSet } from "./view.ts";

/** Keeps numbered pods, each with a name and volumes that outlive it, and changes them one after the other. */
export function statefulSetReconciler(): Reconciler<StatefulSet> {
  return {
    name: "statefulset-controller",
    resource: STATEFUL_SETS,
    watches: [
      claimable(PODS, STATEFUL_SETS),
      owned(CONTROLLER_REVISIONS, STATEFUL_SETS),
      readOnly(PERSISTENT_VOLUME_CLAIMS),
    ],
    reconcile,
  };
}

async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { caches, clock, client } = context;
  const view = viewStatefulSet(key, caches, clock.now());
  if (!view) return DONE;
  const plan = planStatefulSet(view);
  const outcome = await carryOut(plan, view.set, context);
  const after = viewStatefulSet(key, caches, clock.now());
  if (after) await patchStatus(STATEFUL_SETS, after.set, { status: statefulSetStatus(after), client });
  return resultOf(plan, outcome);
}
