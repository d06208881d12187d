import { timestamp } from "./time/timestamp.ts";

/** One line of `status.conditions`, as the Kubernetes API conventions shape it. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/**
 * `conditions` with `next` in it. The transition time moves only when the status flips, and the order is that of
 * first insertion (Kubernetes: `meta.SetStatusCondition`).
 */
export function withCondition(
  conditions: readonly Condition[],
  next: Condition,
  nowMs: number,
): readonly Condition[] {
  const old = conditions.find(({ type }) => type === next.type);
  const hasFlipped = old?.status !== next.status;
  const lastTransitionTime = hasFlipped ? timestamp(nowMs) : (old?.lastTransitionTime ?? timestamp(nowMs));
  const dated = { ...next, lastTransitionTime };
  return old ? conditions.map((each) => (each === old ? dated : each)) : [...conditions, dated];
}

/** The condition of this type, if there is one. */
export function conditionOf<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of this type stands at `True`. */
export function isConditionTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return conditionOf(conditions, type)?.status === "True";
}
