import type { ReconcileContext } from "@heliostat/controller";
import { isTerminating, sleep } from "@heliostat/kube";
import { isManagedByOperator, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import type { Memory } from "../memory.ts";
import { isShrinking } from "../plan/plan-workers.ts";
import type { RayClusterReconcilerSettings } from "../settings.ts";
import { type RayClusterView, viewRayCluster } from "../view.ts";
import { hasCleanupFinalizer } from "./cleanup-deadline.ts";
import { withHiddenObjects } from "./hidden-objects.ts";
import { learnClock } from "./learn-clock.ts";

/** What a reconcile has at hand. */
export interface Workplace {
  readonly context: ReconcileContext;
  readonly settings: RayClusterReconcilerSettings;
  readonly memory: Memory;
}

/**
 * The view with all that no cache holds, asked for where it matters: what time it is, which workers are idle, what hides
 * for want of a label. `undefined` once the cluster is gone.
 *
 * @throws KubeError when the API does not answer at this moment
 */
export async function completeView(key: string, workplace: Workplace): Promise<RayClusterView | undefined> {
  const { context, memory } = workplace;
  const cluster = context.caches.of(RAY_CLUSTERS).get(key);
  if (cluster) await learnClock(cluster, memory.of(key, cluster), context);
  const view = await viewWithIdleness(key, workplace);
  return view && isOurs(view.cluster) ? withHiddenObjects(view, context) : view;
}

/** The view as caches and memory give it at this moment; `undefined` once the cluster is gone. */
export function viewNow(key: string, { context, settings, memory }: Workplace): RayClusterView | undefined {
  const { caches, clock, random } = context;
  const cluster = caches.of(RAY_CLUSTERS).get(key);
  if (!cluster) return undefined;
  const remembered = memory.of(key, cluster);
  const { ray, ...setup } = settings;
  return viewRayCluster(key, {
    ...setup,
    ...(ray && { settings: ray }),
    caches,
    random,
    nowMs: clock.now(),
    nameFloors: remembered.nameFloors,
    settled: remembered.settled,
    deletion: remembered,
  });
}

/** What somebody else looks after is his, but for a promise of ours that its deletion waits for. */
export function isOurs(cluster: RayCluster): boolean {
  return isTerminating(cluster) ? hasCleanupFinalizer(cluster) : isManagedByOperator(cluster);
}

/** Ray is asked only when it matters who is idle, and not for long: a group shrinks without the answer too. */
async function viewWithIdleness(key: string, workplace: Workplace): Promise<RayClusterView | undefined> {
  const view = viewNow(key, workplace);
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
  const after = viewNow(key, workplace);
  return after && idleSeconds ? { ...after, idleSeconds } : after;
}

/** A Python that imports Ray, on a machine with other things to do. */
const IDLE_ANSWER_MS = 5000;
