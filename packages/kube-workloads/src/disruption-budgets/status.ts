import {
  type Condition,
  epochMsOf,
  isPercent,
  isTerminating,
  type PodDisruptionBudgetStatus,
  resolvedCount,
  withCondition,
} from "@heliostat/kube";
import { isReady } from "../pods/pod-state.ts";
import type { BudgetView } from "./view.ts";

/** An evicted pod that is still not seen to terminate by then was not evicted (Kubernetes: `DeletionTimeout`). */
export const DISRUPTION_TIMEOUT_MS = 120_000;

/** How many pods may be disrupted now (Kubernetes' disruption controller). */
export function budgetStatus(view: BudgetView): PodDisruptionBudgetStatus {
  const { budget, pods, nowMs } = view;
  const { status, metadata } = budget;
  const expectation = expectationOf(view);
  if ("error" in expectation) return failedStatus(view, expectation.error);
  const { expectedPods, desiredHealthy } = expectation;
  const disruptedPods = stillDisrupted(view);
  const currentHealthy = pods.filter(
    (pod) => isReady(pod) && !isTerminating(pod) && disruptedPods[pod.metadata.name] === undefined,
  ).length;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  return {
    observedGeneration: metadata.generation ?? 0,
    expectedPods,
    desiredHealthy,
    currentHealthy,
    disruptionsAllowed,
    ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
    conditions: conditionsWith(status, allowance(view, disruptionsAllowed), nowMs),
  };
}

/** Pods that were evicted and not seen to go yet do not count as healthy, for a while. */
function stillDisrupted({ budget, pods, nowMs }: BudgetView): Readonly<Record<string, string>> {
  const present = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const entries = Object.entries(budget.status?.disruptedPods ?? {}).filter(([name, since]) => {
    const pod = present.get(name);
    const isRecent = (epochMsOf(since) ?? 0) + DISRUPTION_TIMEOUT_MS > nowMs;
    return pod !== undefined && !isTerminating(pod) && isRecent;
  });
  return Object.fromEntries(entries);
}

type Expectation =
  | { readonly expectedPods: number; readonly desiredHealthy: number }
  | { readonly error: string };

/** Shares and `maxUnavailable` are of what the controllers want, a plain `minAvailable` of what there is. */
function expectationOf({ budget, pods, scale }: BudgetView): Expectation {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable !== undefined) {
    if ("error" in scale) return scale;
    const spare = resolvedCount(maxUnavailable, scale.expected, "up");
    return { expectedPods: scale.expected, desiredHealthy: Math.max(0, scale.expected - spare) };
  }
  if (minAvailable === undefined)
    return { expectedPods: pods.length, desiredHealthy: Math.min(1, pods.length) };
  if (!isPercent(minAvailable)) return { expectedPods: pods.length, desiredHealthy: Number(minAvailable) };
  if ("error" in scale) return scale;
  const desiredHealthy = resolvedCount(minAvailable, scale.expected, "up");
  return { expectedPods: scale.expected, desiredHealthy };
}

function allowance({ budget }: BudgetView, disruptionsAllowed: number): Condition {
  const { generation = 0 } = budget.metadata;
  const isAllowed = disruptionsAllowed > 0;
  return {
    type: "DisruptionAllowed",
    status: isAllowed ? "True" : "False",
    reason: isAllowed ? "SufficientPods" : "InsufficientPods",
    message: "",
    observedGeneration: generation,
  };
}

/** What cannot be counted must not be disrupted. */
function failedStatus({ budget, nowMs }: BudgetView, message: string): PodDisruptionBudgetStatus {
  const { status, metadata } = budget;
  const failure: Condition = {
    type: "DisruptionAllowed",
    status: "False",
    reason: "SyncFailed",
    message,
    observedGeneration: metadata.generation ?? 0,
  };
  return {
    ...status,
    observedGeneration: metadata.generation ?? 0,
    disruptionsAllowed: 0,
    conditions: conditionsWith(status, failure, nowMs),
  };
}

type Conditions = NonNullable<PodDisruptionBudgetStatus["conditions"]>;

/** What {@link withCondition} puts in always has its time. */
function conditionsWith(
  status: PodDisruptionBudgetStatus | undefined,
  next: Condition,
  nowMs: number,
): Conditions {
  return withCondition((status?.conditions ?? []) as readonly Condition[], next, nowMs) as Conditions;
}
