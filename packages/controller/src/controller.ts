import {
  groupResource,
  isKubeError,
  type KubeObject,
  keyOf,
  type Logger,
  nameOf,
  type Resource,
} from "@heliostat/kube";
import type { Change } from "@heliostat/watch-cache";
import type { CacheSet } from "./caches/cache-set.ts";
import type { FairShare } from "./fair-share.ts";
import { loggerWith } from "./logger-with.ts";
import { WorkQueue } from "./queue.ts";
import type { ReconcileContext, ReconcileResult, Reconciler, Watch } from "./reconciler.ts";
import { retryAfter } from "./retry.ts";

export interface ControllerOptions {
  readonly caches: CacheSet;
  /** What each reconcile is given; its logger learns the loop and the key on the way. */
  readonly context: ReconcileContext;
  /** Whose turn it is to send a request. */
  readonly share: FairShare;
  /** How many keys may be looked at side by side. */
  readonly workers: number;
}

/** How busy a controller is at this moment, in keys. */
export interface ControllerLoad {
  readonly controller: string;
  readonly ready: number;
  /** Those that wait for a time of theirs: a retry, or a look that was asked for. */
  readonly delayed: number;
  readonly running: number;
  readonly workers: number;
}

/**
 * Runs one reconciler.
 *
 * **Flow.** A change in a cache becomes keys, keys wait in the queue, workers take them and reconcile, and how that
 * ended says when the key comes back.
 *
 * **Guarantees.** One reconcile at a time for a key, `workers` at a time for all; a change during a reconcile causes
 * exactly one more; nothing is reconciled before the caches it was promised have synced. No error ends the loop.
 *
 * **Assumptions.** A reconciler looks at how things stand: changes are merged and may be told of again.
 */
export class Controller<T extends KubeObject = KubeObject> {
  /** Fulfilled when the first look at everything may begin. */
  readonly hasSynced: Promise<void>;
  /** Fulfilled once the signal has aborted and the last reconcile has ended. */
  readonly stopped: Promise<void>;
  readonly #reconciler: Reconciler<T>;
  readonly #options: ControllerOptions;
  readonly #logger: Logger;
  readonly #queue: WorkQueue;
  /** The watches that are known only at run time, by their resource. */
  readonly #further = new Map<string, Following>();
  readonly #running = new Set<Promise<void>>();
  #mayFollowFurther = false;
  #isStarted = false;
  #reconciles = 0;

  constructor(reconciler: Reconciler<T>, options: ControllerOptions) {
    const { clock, random, logger, signal } = options.context;
    this.#reconciler = reconciler;
    this.#options = options;
    this.#logger = loggerWith(logger, { controller: reconciler.name });
    this.#queue = new WorkQueue({ clock, random, onReady: () => this.#putToWork() });
    this.hasSynced = this.#start();
    this.stopped = this.#stop(signal);
  }

  get load(): ControllerLoad {
    const { workers } = this.#options;
    return { controller: this.#reconciler.name, ...this.#queue.depth, running: this.#running.size, workers };
  }

  async #start(): Promise<void> {
    const { resource, watches } = this.#reconciler;
    const followed = watches.map((watch) => this.#follow(watch, () => this.#followFurther()));
    await Promise.all([
      ...followed.map(({ hasSynced }) => hasSynced),
      ...(resource ? [this.#followReconciled(resource)] : []),
    ]);
    this.#mayFollowFurther = true;
    await this.#followFurther();
    this.#isStarted = true;
    this.#putToWork();
  }

  #followReconciled(resource: Resource<T>): Promise<void> {
    const informer = this.#options.caches.follow({ resource });
    informer.onChange((change) => {
      if (this.#reconciler.isRelevant?.(change) ?? true) this.#queue.add(change.key);
    });
    return informer.hasSynced;
  }

  #follow(watch: Watch, afterwards?: () => Promise<unknown>): Following {
    const informer = this.#options.caches.follow(watch);
    const tell = (change: Change): void => {
      for (const key of this.#keysOf(watch, change)) this.#queue.add(key);
      void afterwards?.();
    };
    // Another may have followed the resource for long: what it holds is new to us.
    for (const object of informer.list()) tell({ key: keyOf(nameOf(object)), after: object });
    return { hasSynced: informer.hasSynced, leave: informer.onChange(tell) };
  }

  #keysOf(watch: Watch, { before, after }: Change): ReadonlySet<string> {
    const seen = { caches: this.#options.caches, isGone: after === undefined };
    const states = [before, after].filter((state) => state !== undefined);
    return new Set(states.flatMap((state) => watch.toKeys(state, seen)));
  }

  /** Let idle workers take what is ready. */
  #putToWork(): void {
    const { context, workers } = this.#options;
    while (this.#isStarted && !context.signal.aborted && this.#running.size < workers) {
      const key = this.#queue.take();
      if (key === undefined) return;
      const work = this.#reconcile(key).finally(() => {
        this.#running.delete(work);
        this.#putToWork();
      });
      this.#running.add(work);
    }
  }

  async #reconcile(key: string): Promise<void> {
    const logger = loggerWith(this.#logger, { key, reconcile: ++this.#reconciles });
    const { context, share } = this.#options;
    const client = share.clientOf(`${this.#reconciler.name} ${key}`, context.client);
    try {
      const result = await this.#reconciler.reconcile(key, { ...context, client, logger });
      this.#afterResult(key, result, logger);
    } catch (error) {
      this.#afterError(key, error, logger);
    } finally {
      this.#queue.done(key);
    }
  }

  #afterResult(key: string, result: ReconcileResult, logger: Logger): void {
    this.#queue.forgetFailures(key);
    switch (result.ended) {
      case "done":
        return;
      case "look-again":
        this.#queue.addAfter(key, result.afterMs);
        return;
      case "waiting":
        logger.debug("Waiting", { waitingFor: result.waitingFor });
        if (result.checkAgainAfterMs !== undefined) this.#queue.addAfter(key, result.checkAgainAfterMs);
        return;
    }
  }

  #afterError(key: string, error: unknown, logger: Logger): void {
    if (this.#options.context.signal.aborted) return;
    const { backoff, level, notBeforeMs } = retryAfter(error);
    const afterMs = this.#queue.addAfterFailure(key, backoff, notBeforeMs);
    const fields = { retryAfterMs: afterMs, error };
    if (isKubeError(error)) logger[level]("Reconcile refused by the API, will try again", fields);
    else logger[level]("Reconcile failed, will try again", fields);
  }

  /** Bring the watches in line with what the reconciler wants to see by now. */
  #followFurther(): Promise<unknown> {
    if (!this.#mayFollowFurther || !this.#reconciler.furtherWatches) return Promise.resolve();
    const wanted = this.#reconciler.furtherWatches(this.#options.caches);
    const names = new Set(wanted.map(({ resource }) => groupResource(resource)));
    for (const [name, { leave }] of this.#further) if (!names.has(name)) leave();
    const added = wanted.filter(({ resource }) => !this.#further.has(groupResource(resource)));
    return Promise.all(added.map((watch) => this.#followOneMore(watch)));
  }

  #followOneMore(watch: Watch): Promise<void> {
    const name = groupResource(watch.resource);
    const { hasSynced, leave } = this.#follow(watch);
    this.#further.set(name, {
      hasSynced,
      leave: () => {
        this.#further.delete(name);
        leave();
        this.#options.caches.unfollow(watch);
      },
    });
    return hasSynced;
  }

  async #stop(signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener("abort", resolve, { once: true });
    });
    this.#queue.clear();
    await Promise.all(this.#running);
  }
}

interface Following {
  readonly hasSynced: Promise<void>;
  readonly leave: () => void;
}
