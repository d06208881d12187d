import type { ReconcileResult, Reconciler } from "@heliostat/controller";

/** One reconcile that has ended. */
export interface ReconcileSeen {
  readonly controller: string;
  /** In controller-runtime's words. */
  readonly result: "success" | "requeue_after" | "error";
  readonly durationMs: number;
}

export interface ReconcileObserver {
  nowMs(): number;
  onReconcile(seen: ReconcileSeen): void;
}

/** The same reconciler; whoever wants to know is told how each of its reconciles went. */
export function watchedReconciler(
  reconciler: Reconciler,
  { nowMs, onReconcile }: ReconcileObserver,
): Reconciler {
  const controller = reconciler.name;
  return {
    ...reconciler,
    async reconcile(key, context) {
      const startMs = nowMs();
      let result: ReconcileSeen["result"] = "error";
      try {
        const ended = await reconciler.reconcile(key, context);
        result = looksAgain(ended) ? "requeue_after" : "success";
        return ended;
      } finally {
        onReconcile({ controller, result, durationMs: nowMs() - startMs });
      }
    },
  };
}

function looksAgain(result: ReconcileResult): boolean {
  if (result.ended === "waiting") return result.checkAgainAfterMs !== undefined;
  return result.ended === "look-again";
}
