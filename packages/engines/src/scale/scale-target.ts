import type { ScaleRequest } from "./scale-request.ts";
import type { WorkerGroup } from "./scale-view.ts";

/** The numbers that a group shall have. */
export interface ScaleTarget {
  /** What the caller gets. */
  readonly effective: number;
  /** What is written now; more than `effective` where an autoscaler lets idle workers go by itself. */
  readonly replicas: number;
  /** Absent where the group has none. */
  readonly bounds?: TargetBounds;
  /** Whether autoscaling stands still. */
  readonly isPaused: boolean;
}

interface TargetBounds {
  readonly min: number;
  readonly max: number;
  /** What the ceiling comes back to; above `max` only while the group is pinned. */
  readonly ceiling: number;
}

const INT32_MAX = 2_147_483_647;

/** The numbers for a request, within ceiling and limit. */
export function scaleTarget(
  request: ScaleRequest,
  { bounds, replicas }: Omit<WorkerGroup, "name">,
): ScaleTarget {
  const { limit = INT32_MAX, mode } = request;
  const asked = Math.min(request.replicas, limit);
  if (!bounds) return { effective: asked, replicas: asked, isPaused: false };
  const { min, max = 0, ceilingBeforePin = max } = bounds;
  const ceiling = request.raisesCeiling
    ? Math.max(ceilingBeforePin, Math.min(request.replicas + 1, limit))
    : ceilingBeforePin;
  const wanted = Math.min(asked, ceiling);
  if (wanted < bounds.lowestMin)
    return {
      effective: wanted,
      replicas: wanted,
      bounds: { min, max: Math.max(max, 1), ceiling },
      isPaused: true,
    };
  switch (mode) {
    case "set": {
      const effective = bounds.raisesReplicas ? Math.min(Math.max(wanted, min), ceiling) : wanted;
      return { effective, replicas: effective, bounds: { min, max: ceiling, ceiling }, isPaused: false };
    }
    case "floor": {
      const now = bounds.retiresIdleWorkers ? Math.min(Math.max(wanted, replicas), ceiling) : wanted;
      return {
        effective: wanted,
        replicas: now,
        bounds: { min: wanted, max: ceiling, ceiling },
        isPaused: false,
      };
    }
    case "pin":
      return {
        effective: wanted,
        replicas: wanted,
        bounds: { min: wanted, max: wanted, ceiling },
        isPaused: false,
      };
  }
}
