import type { HorizontalPodAutoscaler, HPAScalingRules } from "@heliostat/kube";

/** How many replicas there were to be at some time: recommended, or scaled by. */
interface Dated {
  readonly atMs: number;
  /** Of a recommendation the replicas, of a scaling the change. */
  readonly value: number;
}

/** What the autoscaler remembers of one object, in memory only (as Kubernetes does). */
export interface Memory {
  readonly recommendations: readonly Dated[];
  readonly scalings: readonly Dated[];
}

export const NO_MEMORY: Memory = { recommendations: [], scalings: [] };

/** How many replicas there may be now, and why it is not what was recommended. */
export interface Allowed {
  readonly replicas: number;
  readonly limitedBy?: "ScaleDownStabilized" | "ScaleUpStabilized" | "ScaleUpLimit" | "ScaleDownLimit";
}

export interface Wish {
  readonly current: number;
  readonly recommended: number;
  readonly nowMs: number;
}

/** Slow a recommendation down as the autoscaler's behavior says (Kubernetes' defaults where it says nothing). */
export function allowedReplicas({ spec }: HorizontalPodAutoscaler, memory: Memory, wish: Wish): Allowed {
  const up = { ...DEFAULT_UP, ...spec.behavior?.scaleUp };
  const down = { ...DEFAULT_DOWN, ...spec.behavior?.scaleDown };
  const steady = stabilized(memory, wish, { up, down });
  const { current } = wish;
  if (steady.replicas > current) {
    const most = changeLimit(up, memory, wish);
    return most < steady.replicas ? { replicas: Math.max(most, current), limitedBy: "ScaleUpLimit" } : steady;
  }
  if (steady.replicas < current) {
    const least = changeLimit(down, memory, wish);
    return least > steady.replicas
      ? { replicas: Math.min(least, current), limitedBy: "ScaleDownLimit" }
      : steady;
  }
  return steady;
}

const DEFAULT_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Percent", value: 100, periodSeconds: 15 },
    { type: "Pods", value: 4, periodSeconds: 15 },
  ],
};
const DEFAULT_DOWN: HPAScalingRules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};

interface Rules {
  readonly up: HPAScalingRules;
  readonly down: HPAScalingRules;
}

/** Never above the lowest recommendation of the window upwards, never below the highest of the window downwards. */
function stabilized({ recommendations }: Memory, wish: Wish, { up, down }: Rules): Allowed {
  const { recommended, current, nowMs } = wish;
  const within = (rules: HPAScalingRules): readonly number[] => {
    const sinceMs = nowMs - (rules.stabilizationWindowSeconds ?? 0) * 1000;
    return [recommended, ...recommendations.filter(({ atMs }) => atMs >= sinceMs).map(({ value }) => value)];
  };
  const lowest = Math.min(...within(up));
  const highest = Math.max(...within(down));
  const replicas = Math.min(Math.max(current, lowest), highest);
  if (replicas === recommended) return { replicas };
  return { replicas, limitedBy: recommended < replicas ? "ScaleDownStabilized" : "ScaleUpStabilized" };
}

/** How far a change may go now, given what was changed within each policy's period. */
function changeLimit(
  rules: HPAScalingRules,
  { scalings }: Memory,
  { current, recommended, nowMs }: Wish,
): number {
  const { selectPolicy, policies = [] } = rules;
  if (selectPolicy === "Disabled") return current;
  const isUp = recommended > current;
  const sign = isUp ? 1 : -1;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const recent = scalings.filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000);
    const changed = recent.reduce((total, each) => total + Math.max(0, each.value * sign), 0);
    const atStart = current - sign * changed;
    if (type === "Pods") return atStart + sign * value;
    const proposed = atStart * (1 + (sign * value) / 100);
    return isUp ? Math.ceil(proposed) : Math.floor(proposed);
  });
  const isWidest = selectPolicy !== "Min";
  return isUp === isWidest ? Math.max(...limits) : Math.min(...limits);
}

const LONGEST_MEMORY_MS = 3_600_000;

/** What is remembered from now on. */
export function remembered(memory: Memory, { current, recommended, nowMs }: Wish, replicas: number): Memory {
  const isRecent = ({ atMs }: Dated): boolean => atMs > nowMs - LONGEST_MEMORY_MS;
  const scaling = replicas === current ? [] : [{ atMs: nowMs, value: replicas - current }];
  return {
    recommendations: [...memory.recommendations.filter(isRecent), { atMs: nowMs, value: recommended }],
    scalings: [...memory.scalings.filter(isRecent), ...scaling],
  };
}
