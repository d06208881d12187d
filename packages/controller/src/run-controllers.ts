import { type Clock, type KubeClient, type Logger, type Random, SILENT } from "@heliostat/kube";
import { CacheSet, type Projection } from "./caches/cache-set.ts";
import { readingYourWrites } from "./caches/read-your-writes.ts";
import { Controller, type ControllerLoad } from "./controller.ts";
import { KubeEventRecorder } from "./events/event-recorder.ts";
import { FairShare } from "./fair-share.ts";
import type { Caches, Reconciler } from "./reconciler.ts";

export interface RunOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** @default silent */
  readonly logger?: Logger;
  /** Who speaks in events, as `reportingInstance`. @default the reconciler's name */
  readonly instance?: string;
  /** Look at one namespace only; cluster-scoped resources are not affected. @default all namespaces */
  readonly namespace?: string;
  /** What of which resource is kept in memory, for operators of thousands of objects. @default whole objects */
  readonly projections?: readonly Projection[];
  /** Keys that one reconciler may look at side by side. @default 32 */
  readonly workers?: number;
  /** Requests of all reconcilers in flight at once, shared fairly among their keys. @default 32 */
  readonly maxInFlight?: number;
}

export interface RunningControllers {
  /** What the reconcilers watch, as they see it. */
  readonly caches: Caches;
  /** How busy each is at this moment. */
  loads(): readonly ControllerLoad[];
  /** Fulfilled once every reconciler has begun its first look at everything. */
  readonly hasSynced: Promise<void>;
  /** Fulfilled once the signal has aborted and nothing runs any more; never rejected. */
  readonly stopped: Promise<void>;
}

/**
 * Run reconcilers until the signal aborts. They share one informer a resource, and each sees in its caches what any of
 * them has written.
 *
 * When a key is looked at again after an error: `Conflict`, `AlreadyExists` and `NotFound` soon and quietly;
 * `TooManyRequests`, `Timeout`, `Unavailable` and `Internal` after a growing wait, or the server's own; what cannot
 * become right by itself (`Invalid`, `Forbidden`, …) seldom; anything but a `KubeError` is our bug, is logged as an
 * error and waits longer each time.
 */
export function runControllers(reconcilers: readonly Reconciler[], options: RunOptions): RunningControllers {
  const { client, clock, random, signal, logger = SILENT, namespace, workers = 32 } = options;
  const caches = new CacheSet(client, {
    clock,
    random,
    logger,
    signal,
    ...(namespace !== undefined && { namespace }),
    ...(options.projections && { projections: options.projections }),
  });
  const remembering = readingYourWrites(client, (resource, object) => caches.pendingOf(resource, object));
  const share = new FairShare(options.maxInFlight === undefined ? {} : { maxInFlight: options.maxInFlight });
  const controllers = reconcilers.map((reconciler) => {
    const { name } = reconciler;
    const reporter = { controller: name, instance: options.instance ?? name };
    const patient = share.clientOf(`events of ${name}`, client, { isBackground: true });
    const events = new KubeEventRecorder(patient, { clock, random, logger, signal, reporter });
    const context = { client: remembering, caches, events, clock, random, logger, signal };
    return new Controller(reconciler, { caches, context, share, workers });
  });
  return {
    caches,
    loads: () => controllers.map(({ load }) => load),
    hasSynced: Promise.all(controllers.map(({ hasSynced }) => hasSynced)).then(() => undefined),
    stopped: Promise.all(controllers.map(({ stopped }) => stopped)).then(() => caches.stopped()),
  };
}
