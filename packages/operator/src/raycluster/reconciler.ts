import {
  carryOut,
  DONE,
  isIntentChange,
  lookAgain,
  type Outcome,
  owned,
  type Plan,
  type ReconcileResult,
  type Reconciler,
  resultOf,
  type Watch,
  watching,
} from "@heliostat/controller";
import { isTerminating, PODS, RESOURCE_QUOTAS } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayCluster, REPORTING_CONTROLLER } from "@heliostat/ray";
import { keepInMind, Memory } from "./memory.ts";
import { type OwnedKind, ownedKinds } from "./owned-kinds.ts";
import { cleanupLeftMs } from "./plan/plan-deletion.ts";
import { planRayCluster } from "./plan.ts";
import type { RayClusterReconcilerSettings } from "./settings.ts";
import { settleStatus, writeStatus } from "./status/settle-status.ts";
import { tellObstacles } from "./status/tell-obstacles.ts";
import { refusalOf } from "./status/why.ts";
import { statusOf } from "./status.ts";
import { isSuspending, isSuspensionUntold } from "./suspension.ts";
import { completeView, isOurs, viewNow, type Workplace } from "./view/complete-view.ts";
import { isPresent, STALE_MS } from "./view/freshness.ts";
import type { RayClusterView } from "./view.ts";

/** Keeps one head, the wanted workers and all that belongs to them for every RayCluster, and says how each stands. */
export function rayClusterReconciler(settings: RayClusterReconcilerSettings = {}): Reconciler<RayCluster> {
  const memory = new Memory();
  return {
    name: REPORTING_CONTROLLER,
    resource: RAY_CLUSTERS,
    watches: [
      owned(PODS, RAY_CLUSTERS),
      ...ownedKinds(settings).map((kind) => ownedOrInTheWay(kind, memory)),
      watching(RESOURCE_QUOTAS, ({ metadata }) => memory.hinderedIn(metadata.namespace ?? "")),
    ],
    isRelevant: isIntentChange,
    reconcile: (key, context) => reconcile(key, { context, settings, memory }),
  };
}

/** An object of nobody's may be what a cluster waits for, or what it waits to be rid of. */
function ownedOrInTheWay({ resource, labelSelector }: OwnedKind, memory: Memory): Watch {
  const ownedOnes = owned(resource, RAY_CLUSTERS, labelSelector);
  return {
    ...ownedOnes,
    toKeys: (object, seen) => {
      const keys = ownedOnes.toKeys(object, seen);
      return keys.length > 0 ? keys : memory.hinderedIn(object.metadata.namespace ?? "");
    },
  };
}

/** View, plan, carry out, status; and before the first deed of this process a look at whether the view is the present. */
async function reconcile(key: string, workplace: Workplace): Promise<ReconcileResult> {
  const { context, memory } = workplace;
  const view = await completeView(key, workplace);
  if (!view) memory.forget(key);
  if (!view || !isOurs(view.cluster)) return DONE;

  const plan = planRayCluster(view);
  // The status goes first here, so that no pod ends for a suspension which nobody knows of.
  if (endsPods(plan) && !isTerminating(view.cluster) && isSuspensionUntold(view)) {
    await writeStatus(view, statusOf(view, { done: [] }), context.client);
    return lookAgain(0);
  }
  const remembered = memory.of(key, view.cluster);
  if (plan.actions.length > 0 && !remembered.isPresent) {
    if (!(await isPresent(view, context))) return lookAgain(STALE_MS);
    remembered.isPresent = true;
  }

  const outcome = await carryOut(plan, view.cluster, context);
  tellObstacles(view, remembered, context.events);
  remembered.isHindered ||= refusalOf(outcome.failed) !== undefined;

  const after = viewNow(key, workplace);
  if (!after) return resultOf(plan, outcome);
  keepInMind(remembered, after, outcome);
  // Somebody has changed the spec meanwhile: the plan was not made for it, and the next one is already asked for.
  if (after.cluster.metadata.generation !== view.cluster.metadata.generation) return resultOf(plan, outcome);
  const statusDueMs = await settleStatus(after, { outcome, remembered, client: context.client });
  const result = resultFor(after, plan, outcome);
  return statusDueMs === undefined ? result : notLaterThan(statusDueMs - context.clock.now(), result);
}

function endsPods({ actions }: Plan): boolean {
  return actions.some((action) => action.do === "delete" && action.resource === PODS);
}

function resultFor(view: RayClusterView, plan: Plan, outcome: Outcome): ReconcileResult {
  const { cluster, pods } = view;
  const leftMs = cleanupLeftMs(view);
  // Whatever keeps Redis from being emptied, the deletion has its deadline.
  if (outcome.failed && isTerminating(cluster) && leftMs > 0)
    return lookAgain(Math.min(CLEANUP_RETRY_MS, leftMs));
  const isSuspensionOver = isSuspending(view) && pods.length === 0;
  // It was taken back while it went on: now that it is told to be done, the cluster may come up again.
  if (isSuspensionOver && !cluster.spec.suspend && !outcome.failed) return lookAgain(0);
  return resultOf(plan, outcome);
}

const CLEANUP_RETRY_MS = 10_000;

/** The result, but with another look after so long at most. */
function notLaterThan(dueAfterMs: number, result: ReconcileResult): ReconcileResult {
  switch (result.ended) {
    case "done":
      return lookAgain(dueAfterMs);
    case "look-again":
      return lookAgain(Math.min(result.afterMs, dueAfterMs));
    case "waiting":
      return lookAgain(Math.min(result.checkAgainAfterMs ?? dueAfterMs, dueAfterMs));
  }
}
