import {
  amountsOf,
  type Condition,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerStatus,
  isTerminating,
  type MetricSpec,
  type MetricStatus,
  type MetricTarget,
  type Pod,
  type PodMetrics,
  parseQuantity,
  podAmounts,
  printQuantity,
  summedAmounts,
  timestamp,
  withCondition,
} from "@heliostat/kube";
import { hasEnded, isReady } from "../pods/pod-state.ts";
import { type Allowed, allowedReplicas, type Memory, remembered } from "./behavior.ts";
import {
  amountIn,
  type MeasuredPod,
  type Recommendation,
  recommendedReplicas,
  type Target,
} from "./replica-count.ts";

/** An autoscaler, what it scales, and what that uses. */
export interface AutoscalerView {
  readonly autoscaler: HorizontalPodAutoscaler;
  /** The replicas that the target wants now. */
  readonly current: number;
  /** The pods of the target's selector. */
  readonly pods: readonly Pod[];
  /** `undefined` when the metrics API does not answer. */
  readonly metrics: readonly PodMetrics[] | undefined;
  readonly memory: Memory;
  readonly nowMs: number;
}

/** How many replicas the target is to have, and what the autoscaler says about that. */
export interface Scaling {
  readonly replicas: number;
  readonly status: HorizontalPodAutoscalerStatus;
  readonly memory: Memory;
  /** Why a metric says nothing, in Kubernetes' words; absent when all do. */
  readonly complaint?: string;
}

/** Decide (Kubernetes: `reconcileAutoscaler`). A target without replicas is switched off and left alone. */
export function planScaling(view: AutoscalerView): Scaling {
  const { autoscaler, current, memory, nowMs } = view;
  if (current === 0) return unchanged(view, DISABLED);
  const { minReplicas = 1, maxReplicas, metrics = [] } = autoscaler.spec;
  const outOfBounds = Math.min(Math.max(current, minReplicas), maxReplicas);
  if (outOfBounds !== current) return scaled(view, { replicas: outOfBounds, found: [] });
  const judged = metrics.map((metric) => judgementOf(metric, view));
  const found = judged.map((each) => ("why" in each ? undefined : each));
  const known = found.flatMap((each) => each ?? []);
  const [complaint] = judged.flatMap((each) => ("why" in each ? [each.why] : []));
  const complaints = complaint === undefined ? {} : { complaint };
  if (known.length === 0) return { ...unchanged(view, failure(complaint)), ...complaints };
  // With a metric unknown, more may be justified, but never less.
  const highest = Math.max(...known.map(({ replicas }) => replicas));
  const proposed = known.length < found.length ? Math.max(highest, current) : highest;
  const recommended = Math.min(Math.max(proposed, minReplicas), maxReplicas);
  const wish = { current, recommended, nowMs };
  const allowed = allowedReplicas(autoscaler, memory, wish);
  const isBounded = proposed !== recommended;
  const next = scaled(view, { ...allowed, found, isBounded });
  return { ...next, ...complaints, memory: remembered(memory, wish, allowed.replicas) };
}

const DISABLED = {
  reason: "ScalingDisabled",
  message: "scaling is disabled since the replica count of the target is zero",
};

function failure(complaint = "no metrics are given"): { readonly reason: string; readonly message: string } {
  const message = `the HPA was unable to compute the replica count: ${complaint}`;
  return { reason: "FailedGetResourceMetric", message };
}

/** What a metric recommends, or why it recommends nothing. */
type Judgement = Recommendation | { readonly why: string };

function judgementOf({ type, resource }: MetricSpec, view: AutoscalerView): Judgement {
  if (!resource) return { why: `failed to get ${type} metric: only resource metrics are measured here` };
  const { name } = resource;
  const target = targetOf(name, resource.target);
  if (!target)
    return {
      why: "invalid resource metric source: neither an average utilization nor an average value target was set",
    };
  const what = "averageValue" in target ? "usage" : "utilization";
  const judged = measuredJudgement(name, target, view);
  return "why" in judged ? { why: `failed to get ${name} ${what}: ${judged.why}` } : judged;
}

function measuredJudgement(
  name: string,
  target: Target,
  { pods, metrics, current }: AutoscalerView,
): Judgement {
  const none = `unable to get metrics for resource ${name}`;
  if (!metrics) return { why: `${none}: unable to fetch metrics from resource metrics API` };
  if (metrics.length === 0) return { why: `${none}: no metrics returned from resource metrics API` };
  const counted = pods.filter((pod) => !isTerminating(pod) && !hasEnded(pod));
  const modest =
    "averageValue" in target ? undefined : counted.flatMap((pod) => withoutRequest(pod, name))[0];
  if (modest) return { why: modest };
  const measured = counted.map((pod) => measuredPod(pod, name, metrics));
  const isShareOfNothing = !("averageValue" in target) && measured.every(({ requested }) => requested === 0);
  if (isShareOfNothing) return { why: "no metrics returned matched known pods" };
  const unready = { why: "did not receive metrics for targeted pods (pods might be unready)" };
  return recommendedReplicas(current, measured, target) ?? unready;
}

/** A share of nothing is not known. */
function withoutRequest({ metadata, spec }: Pod, name: string): readonly string[] {
  return (spec?.containers ?? [])
    .filter(({ resources }) => resources?.requests?.[name] === undefined)
    .map((container) => `missing request for ${name} in container ${container.name} of Pod ${metadata.name}`);
}

function targetOf(name: string, { averageUtilization, averageValue }: MetricTarget): Target | undefined {
  if (averageUtilization !== undefined) return { utilizationPercent: averageUtilization };
  const value = averageValue === undefined ? undefined : parseQuantity(averageValue);
  return value === undefined ? undefined : { averageValue: name === "cpu" ? value * 1000 : value };
}

function measuredPod(pod: Pod, name: string, metrics: readonly PodMetrics[]): MeasuredPod {
  const measured = metrics.find(({ metadata }) => metadata.name === pod.metadata.name);
  const usage = summedAmounts((measured?.containers ?? []).map(({ usage }) => amountsOf(usage)));
  return {
    used: measured ? amountIn(usage, name) : undefined,
    requested: amountIn(podAmounts(pod, "requests"), name),
    isReady: name !== "cpu" || isReady(pod),
  };
}

interface Decision extends Allowed {
  readonly found: readonly (Recommendation | undefined)[];
  /** Whether minReplicas or maxReplicas stood in the way. */
  readonly isBounded?: boolean;
}

function scaled(view: AutoscalerView, { replicas, limitedBy, found, isBounded = false }: Decision): Scaling {
  const { autoscaler, current, nowMs, memory } = view;
  const stabilized = limitedBy?.endsWith("Stabilized") ? limitedBy : undefined;
  const limit = limitedBy && !stabilized ? limitedBy : undefined;
  const bound = replicas >= autoscaler.spec.maxReplicas ? "TooManyReplicas" : "TooFewReplicas";
  const limiting = limit ?? (isBounded ? bound : undefined);
  const conditions: readonly Condition[] = [
    stabilized
      ? said(
          "AbleToScale",
          "True",
          stabilized,
          "recent recommendations were different from the current one, applying the most cautious of them",
        )
      : said("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"),
    said(
      "ScalingActive",
      "True",
      "ValidMetricFound",
      "the HPA was able to successfully calculate a replica count",
    ),
    limiting
      ? said(
          "ScalingLimited",
          "True",
          limiting,
          "the desired replica count is limited by bounds or by the rate of change",
        )
      : said(
          "ScalingLimited",
          "False",
          "DesiredWithinRange",
          "the desired count is within the acceptable range",
        ),
  ];
  const lastScaleTime = replicas === current ? autoscaler.status?.lastScaleTime : timestamp(nowMs);
  return {
    replicas,
    memory,
    status: {
      ...autoscaler.status,
      currentReplicas: current,
      desiredReplicas: replicas,
      conditions: allWith(autoscaler, conditions, nowMs),
      ...(lastScaleTime !== undefined && { lastScaleTime }),
      ...(found.length > 0 && { currentMetrics: metricStatuses(autoscaler, found) }),
    },
  };
}

function unchanged(
  view: AutoscalerView,
  why: { readonly reason: string; readonly message: string },
): Scaling {
  const { autoscaler, current, memory, nowMs } = view;
  const inactive = said("ScalingActive", "False", why.reason, why.message);
  const able = said(
    "AbleToScale",
    "True",
    "SucceededGetScale",
    "the HPA controller was able to get the target's current scale",
  );
  const status = {
    ...autoscaler.status,
    currentReplicas: current,
    desiredReplicas: current === 0 ? 0 : (autoscaler.status?.desiredReplicas ?? current),
    conditions: allWith(autoscaler, [able, inactive], nowMs),
  };
  return { replicas: current, memory, status };
}

function said(
  type: string,
  status: Condition["status"],
  ...[reason, message]: readonly [string, string]
): Condition {
  return { type, status, reason, message };
}

function allWith(
  { status }: HorizontalPodAutoscaler,
  conditions: readonly Condition[],
  nowMs: number,
): readonly Condition[] {
  const before = (status?.conditions ?? []) as readonly Condition[];
  return conditions.reduce((all, condition) => withCondition(all, condition, nowMs), before);
}

function metricStatuses(
  { spec }: HorizontalPodAutoscaler,
  found: readonly (Recommendation | undefined)[],
): readonly MetricStatus[] {
  return (spec.metrics ?? []).flatMap(({ resource }, index): readonly MetricStatus[] => {
    const recommendation = found[index];
    if (!resource || !recommendation) return [];
    const { averageValue, averageUtilization } = recommendation;
    const quantity = resource.name === "cpu" ? `${averageValue}m` : printQuantity(averageValue, "BinarySI");
    const current = {
      averageValue: quantity,
      ...(averageUtilization !== undefined && { averageUtilization }),
    };
    return [{ type: "Resource", resource: { name: resource.name, current } }];
  });
}
