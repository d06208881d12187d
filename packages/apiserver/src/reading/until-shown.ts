import { type Clock, isTerminating, type KubeObject, keyOf, nameOf } from "@heliostat/kube";
import type { WatchCache } from "@heliostat/watch-cache";

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A cache that is later than this is broken, and whoever waits for it is answered all the same. */
const PATIENCE_MS = 2000;

/** Resolves once a cache shows an object as it was just written: whoever lists next finds it. */
export function untilShown<T extends KubeObject>(
  cache: WatchCache<T>,
  written: T,
  patience: Patience,
): Promise<void> {
  const key = keyOf(nameOf(written));
  const revision = written.metadata.resourceVersion ?? "";
  return until(cache, patience, () => {
    const shown = cache.get(key);
    return shown?.metadata.resourceVersion === revision || isAtLeast(cache.revision, revision);
  });
}

/** Resolves once a cache no longer shows an object that was just deleted, or shows that it is going. */
export function untilGone<T extends KubeObject>(
  cache: WatchCache<T>,
  deleted: T,
  patience: Patience,
): Promise<void> {
  const key = keyOf(nameOf(deleted));
  return until(cache, patience, () => {
    const shown = cache.get(key);
    return !shown || shown.metadata.uid !== deleted.metadata.uid || isTerminating(shown);
  });
}

function until<T extends KubeObject>(
  cache: WatchCache<T>,
  { clock, signal }: Patience,
  isShown: () => boolean,
): Promise<void> {
  if (isShown() || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const stopListening = cache.onChange(() => {
      if (isShown()) end();
    });
    const timer = clock.after(PATIENCE_MS, end);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      stopListening();
      timer.cancel();
      signal.removeEventListener("abort", end);
      resolve();
    }
  });
}

/** Revisions are numbers that grow over all resources (Kubernetes: since 1.35 a promise, before a fact). */
function isAtLeast(left: string, right: string): boolean {
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left >= right : left.length > right.length;
}
