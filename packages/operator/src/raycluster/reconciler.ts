import {
  carryOut,
  DONE,
  isIntentChange,
  type Outcome,
  owned,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
} from "@heliostat/controller";
import { isEqualJson, keyOf, nameOf, PODS, SERVICES, timestamp } from "@heliostat/kube";
import {
  EVENT_ACTION,
  EVENT_REASON,
  isManagedByOperator,
  problemsText,
  RAY_CLUSTERS,
  type RayCluster,
  REPORTING_CONTROLLER,
} from "@heliostat/ray";
import { planRayCluster, problemsOf } from "./plan.ts";
import { statusOf } from "./status.ts";
import { type RayClusterView, viewRayCluster } from "./view.ts";

/** Keeps one head, the wanted workers and their services for every RayCluster, and says how each stands. */
export const rayClusterReconciler: Reconciler<RayCluster> = {
  name: REPORTING_CONTROLLER,
  resource: RAY_CLUSTERS,
  watches: [owned(PODS, RAY_CLUSTERS), owned(SERVICES, RAY_CLUSTERS)],
  isRelevant: isIntentChange,
  reconcile,
};

async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const view = viewRayCluster(key, context.caches, context.clock.now());
  if (!view || !isManagedByOperator(view.cluster)) return DONE;

  const plan = planRayCluster(view);
  const outcome = await carryOut(plan, view.cluster, context);
  reportProblems(view, context);

  const after = viewRayCluster(key, context.caches, context.clock.now());
  if (after) await writeStatus(after, outcome, context);
  return resultOf(plan, outcome);
}

/** One event for everything that is wrong with the spec, so that one edit can mend it all. */
function reportProblems(view: RayClusterView, { events }: ReconcileContext): void {
  const problems = problemsOf(view);
  const [first] = problems;
  if (!first) return;
  const isMetadata = first.field.startsWith("metadata");
  events.record(view.cluster, {
    type: "Warning",
    reason: isMetadata ? EVENT_REASON.invalidMetadata : EVENT_REASON.invalidSpec,
    action: EVENT_ACTION.validate,
    note: `The RayCluster "${keyOf(nameOf(view.cluster))}" is not valid: ${problemsText(problems)}`,
  });
}

async function writeStatus(view: RayClusterView, outcome: Outcome, context: ReconcileContext): Promise<void> {
  const { cluster, nowMs } = view;
  if (problemsOf(view).length > 0) return;
  const status = statusOf(view, outcome);
  // The stamp alone is no news: a quiet cluster is written never.
  if (isEqualJson(status, cluster.status)) return;
  await patchStatus(RAY_CLUSTERS, cluster, {
    status: { ...status, lastUpdateTime: timestamp(nowMs) },
    client: context.client,
  });
}
