import {
  carryOut,
  DONE,
  isIntentChange,
  lookAgain,
  type Outcome,
  owned,
  type Plan,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
  type Watch,
  watching,
} from "@heliostat/controller";
import {
  isEqualJson,
  isTerminating,
  type KubeObject,
  keyOf,
  nameOf,
  PODS,
  RESOURCE_QUOTAS,
  sleep,
  timestamp,
} from "@heliostat/kube";
import {
  EVENT_ACTION,
  type IdleWorkers,
  isManagedByOperator,
  RAY_CLUSTERS,
  type RayCluster,
  type RayClusterStatus,
  type RaySettings,
  REPORTING_CONTROLLER,
  type SecureDefaultsOptions,
} from "@heliostat/ray";
import { hasCleanupFinalizer } from "./cleanup-deadline.ts";
import { isPresent, STALE_MS } from "./freshness.ts";
import { withHiddenObjects } from "./hidden-objects.ts";
import { learnClock } from "./learn-clock.ts";
import { type ClusterMemory, Memory, NOTHING } from "./memory.ts";
import { nextNameFloors } from "./name-floors.ts";
import { type OwnedKind, ownedKinds, type Surroundings } from "./owned-kinds.ts";
import { planRayCluster } from "./plan.ts";
import { cleanupLeftMs } from "./plan-deletion.ts";
import { settledKey } from "./plan-owned.ts";
import { isShrinking } from "./plan-workers.ts";
import { isAlive } from "./pod-state.ts";
import { obstaclesOf, warningsOf } from "./problems.ts";
import { statusOf } from "./status.ts";
import { isUrgent, STATUS_LAG_MS } from "./status-urgency.ts";
import { isSuspending, isSuspensionUntold } from "./suspension.ts";
import { type RayClusterView, viewRayCluster } from "./view.ts";
import { refusalOf } from "./why.ts";

/** How the reconciler of RayClusters is set up. */
export interface RayClusterReconcilerSettings extends Surroundings {
  /** What shows in the objects that are made. @default KubeRay's defaults */
  readonly ray?: RaySettings;
  /** Clusters are secured where their spec says nothing. @default they are not */
  readonly secureDefaults?: SecureDefaultsOptions;
  /** Who knows which workers are idle when some have to go. @default nobody */
  readonly idleWorkers?: IdleWorkers;
}

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

interface Workplace {
  readonly context: ReconcileContext;
  readonly settings: RayClusterReconcilerSettings;
  readonly memory: Memory;
}

async function reconcile(key: string, workplace: Workplace): Promise<ReconcileResult> {
  const { context, memory } = workplace;
  const view = await completeView(key, workplace);
  if (!view) memory.forget(key);
  if (!view || !isOurs(view.cluster)) return DONE;

  const plan = planRayCluster(view);
  if (isPodRemoved(plan) && !isTerminating(view.cluster) && isSuspensionUntold(view)) {
    await writeStatus(view, statusOf(view, { done: [] }), context);
    return lookAgain(0);
  }
  const remembered = memory.of(key, view.cluster);
  if (plan.actions.length > 0 && !remembered.isPresent) {
    if (!(await isPresent(view, context))) return lookAgain(STALE_MS);
    remembered.isPresent = true;
  }
  const outcome = await carryOut(plan, view.cluster, context);
  tellObstacles(view, remembered, context);
  remembered.isHindered ||= refusalOf(outcome.failed) !== undefined;

  const after = viewOf(key, workplace);
  if (!after) return resultOf(plan, outcome);
  remember(after, { outcome, remembered });
  // Somebody has changed the spec meanwhile: the plan was not made for it, and the next one is already asked for.
  if (after.cluster.metadata.generation !== view.cluster.metadata.generation) return resultOf(plan, outcome);
  const statusDueMs = await settleStatus(after, { outcome, remembered, context });
  return sooner(resultFor(after, plan, outcome), statusDueMs, context.clock.now());
}

function isPodRemoved({ actions }: Plan): boolean {
  return actions.some((action) => action.do === "delete" && action.resource === PODS);
}

function viewOf(key: string, { context, settings, memory }: Workplace): RayClusterView | undefined {
  const { caches, clock, random } = context;
  const cluster = caches.of(RAY_CLUSTERS).get(key);
  if (!cluster) return undefined;
  const deletion = memory.of(key, cluster);
  const { nameFloors, settled } = deletion;
  return viewRayCluster(key, {
    caches,
    random,
    nowMs: clock.now(),
    nameFloors,
    settled,
    deletion,
    ...(settings.ray && { settings: settings.ray }),
    ...(settings.scheduler && { scheduler: settings.scheduler }),
    ...(settings.usesRoutes && { usesRoutes: true }),
    ...(settings.secureDefaults && { secureDefaults: settings.secureDefaults }),
  });
}

/** What the caches do not hold is asked for where it matters. */
async function completeView(key: string, workplace: Workplace): Promise<RayClusterView | undefined> {
  const { context, memory } = workplace;
  const cluster = context.caches.of(RAY_CLUSTERS).get(key);
  if (cluster) await learnClock(cluster, memory.of(key, cluster), context);
  const view = await viewWithIdleness(key, workplace);
  return view && isOurs(view.cluster) ? withHiddenObjects(view, context) : view;
}

/** Ray is asked only when it matters who is idle, and not for long: a group shrinks without the answer too. */
async function viewWithIdleness(key: string, workplace: Workplace): Promise<RayClusterView | undefined> {
  const view = viewOf(key, workplace);
  const { idleWorkers } = workplace.settings;
  if (!view || !idleWorkers || !isOurs(view.cluster) || !isShrinking(view)) return view;
  const { clock, signal, logger } = workplace.context;
  const ending = new AbortController();
  const asked = idleWorkers.idleSeconds(view.cluster, { signal: AbortSignal.any([signal, ending.signal]) });
  const idleSeconds = await Promise.race([
    asked.catch((error: unknown) => logger.debug("Idle workers are not known", { error })),
    sleep(clock, IDLE_ANSWER_MS, signal),
  ]);
  ending.abort();
  // Time has passed: only the answer is kept of what was seen before.
  const after = viewOf(key, workplace);
  return after && idleSeconds ? { ...after, idleSeconds } : after;
}

/** A Python that imports Ray, on a machine with other things to do. */
const IDLE_ANSWER_MS = 5000;

/** What somebody else looks after is his, but for a promise of ours that its deletion waits for. */
function isOurs(cluster: RayCluster): boolean {
  return isTerminating(cluster) ? hasCleanupFinalizer(cluster) : isManagedByOperator(cluster);
}

/** One event for each thing that is amiss when it comes up, and none while it stays. */
function tellObstacles(view: RayClusterView, remembered: ClusterMemory, { events }: ReconcileContext): void {
  if (isTerminating(view.cluster)) return;
  const obstacles = obstaclesOf(view);
  const told = [...obstacles, ...warningsOf(view)];
  for (const { event: reason, sentence } of told) {
    if (remembered.told.has(sentence)) continue;
    const note = `${keyOf(nameOf(view.cluster))}: ${sentence}`;
    events.record(view.cluster, { type: "Warning", reason, action: EVENT_ACTION.validate, note });
  }
  remembered.told = told.length === 0 ? NOTHING : new Set(told.map(({ sentence }) => sentence));
  remembered.isHindered = obstacles.length > 0;
}

interface Done {
  readonly outcome: Outcome;
  readonly remembered: ClusterMemory;
}

function remember(after: RayClusterView, { outcome, remembered }: Done): void {
  const leaving = outcome.done.flatMap((action) => (action.do === "delete" ? [action.target.name] : []));
  remembered.nameFloors = nextNameFloors(after, leaving);
  const applied = new Set(
    outcome.done.flatMap((action) =>
      action.do === "apply" ? [`${action.resource.kind} ${action.target.name}`] : [],
    ),
  );
  if (applied.size === 0) return;
  const isSettled = (object: KubeObject) =>
    applied.has(`${object.kind} ${object.metadata.name}`) || remembered.settled.has(settledKey(object));
  // What is said of objects that are gone, or of their earlier forms, is forgotten.
  const settled = [...after.services, ...after.others].filter(isSettled);
  remembered.settled = new Set(settled.map((object) => settledKey(object)));
}

/** Write the status if it is due, and say when it will be if it is not. */
async function settleStatus(
  view: RayClusterView,
  {
    outcome,
    remembered,
    context,
  }: { outcome: Outcome; remembered: ClusterMemory; context: ReconcileContext },
): Promise<number | undefined> {
  const { cluster, nowMs } = view;
  const status = statusOf(view, outcome);
  // The stamp alone is no news: a quiet cluster is written never.
  if (isEqualJson(status, cluster.status)) {
    delete remembered.statusDueMs;
    return undefined;
  }
  remembered.statusDueMs ??= nowMs + STATUS_LAG_MS;
  // After a failure nobody knows when the next look will be.
  const isEarly = nowMs < remembered.statusDueMs && !outcome.failed;
  const mayLag = isEarly && !isUrgent(cluster.status, status);
  if (mayLag && !isSpendingNames(view, { status, outcome })) {
    return remembered.statusDueMs;
  }
  await writeStatus(view, status, context);
  delete remembered.statusDueMs;
  return undefined;
}

async function writeStatus(
  { cluster, nowMs }: RayClusterView,
  status: RayClusterStatus,
  { client }: ReconcileContext,
): Promise<void> {
  await patchStatus(RAY_CLUSTERS, cluster, {
    status: { ...status, lastUpdateTime: timestamp(nowMs) },
    client,
  });
}

/** Whether a pod leaves whose name would come back if we forgot it now. */
function isSpendingNames(
  { cluster, pods }: RayClusterView,
  { status, outcome }: { readonly status: RayClusterStatus; readonly outcome: Outcome },
): boolean {
  const isLeaving = outcome.done.some((action) => action.do === "delete") || !pods.every(isAlive);
  return isLeaving && !isEqualJson(status.podNameFloors ?? {}, cluster.status?.podNameFloors ?? {});
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

function sooner(result: ReconcileResult, dueMs: number | undefined, nowMs: number): ReconcileResult {
  if (dueMs === undefined) return result;
  const own =
    result.outcome === "look-again"
      ? result.afterMs
      : result.outcome === "waiting"
        ? (result.checkAgainAfterMs ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY;
  return lookAgain(Math.min(own, dueMs - nowMs));
}
