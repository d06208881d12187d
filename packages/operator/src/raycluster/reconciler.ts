import {
  carryOut,
  DONE,
  type Outcome,
  owned,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
  statusPatch,
} from "@heliostat/controller";
import { keyOf, nameOf, PODS, SERVICES, timestamp } from "@heliostat/kube";
import {
  EVENT_ACTION,
  EVENT_REASON,
  RAY_CLUSTERS,
  type RayCluster,
  REPORTING_CONTROLLER,
  type SpecProblem,
} from "@heliostat/ray";
import { isManagedByUs, planRayCluster, problemsOf } from "./plan.ts";
import { statusOf } from "./status.ts";
import { type RayClusterView, viewRayCluster } from "./view.ts";

/** Keeps one head, the wanted workers and their services for every RayCluster, and says how each stands. */
export const rayClusterReconciler: Reconciler<RayCluster> = {
  name: REPORTING_CONTROLLER,
  resource: RAY_CLUSTERS,
  watches: [owned(PODS, RAY_CLUSTERS), owned(SERVICES, RAY_CLUSTERS)],
  reconcile,
};

async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const view = viewRayCluster(key, context.caches, context.clock.now());
  if (!view || !isManagedByUs(view)) return DONE;

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
    note: `The RayCluster "${keyOf(nameOf(view.cluster))}" is not valid: ${problems.map(sentence).join("; ")}`,
  });
}

function sentence({ field, message }: SpecProblem): string {
  return `${field}: ${message}`;
}

async function writeStatus(view: RayClusterView, outcome: Outcome, context: ReconcileContext): Promise<void> {
  const { cluster, nowMs } = view;
  if (problemsOf(view).length > 0) return;
  const status = statusOf(view, outcome);
  const patch = statusPatch(cluster, status, { stamp: { lastUpdateTime: timestamp(nowMs) } });
  if (patch) await context.client.patch(RAY_CLUSTERS, nameOf(cluster), { patch, subresource: "status" });
}
