import type { Amounts } from "@heliostat/kube";

/** A pod as the autoscaler sees it, for one resource. */
export interface MeasuredPod {
  /** What its containers use; `undefined` when nobody measured it. */
  readonly used: number | undefined;
  readonly requested: number;
  readonly isReady: boolean;
}

/** What the pods are to use on average: a share of what they request, or an amount. */
export type Target = { readonly utilizationPercent: number } | { readonly averageValue: number };

/** Below this deviation nothing is done (Kubernetes' default). */
const TOLERANCE = 0.1;

/** What one metric recommends, and what it measured. */
export interface Recommendation {
  readonly replicas: number;
  readonly averageValue: number;
  readonly averageUtilization?: number;
}

/**
 * How many pods would bring the average to the target (Kubernetes: `GetResourceReplicas`). Pods without a measurement
 * are taken to dampen: as fully busy when there are to be fewer pods, as idle when there are to be more; and so are
 * those that are not ready yet. `undefined` when nothing was measured.
 */
export function recommendedReplicas(
  current: number,
  pods: readonly MeasuredPod[],
  target: Target,
): Recommendation | undefined {
  const measured = pods.filter((pod) => pod.used !== undefined && pod.isReady);
  if (measured.length === 0) return undefined;
  const ratio = ratioOf(measured, target);
  const facts = factsOf(measured, target);
  const others = pods.filter((pod) => !measured.includes(pod));
  const isUp = ratio > 1;
  const assumed = others.flatMap((pod) => assumedPod(pod, { isUp, target }));
  if (assumed.length === 0) {
    return { ...facts, replicas: isNear(ratio) ? current : Math.ceil(tidy(ratio * measured.length)) };
  }
  const all = [...measured, ...assumed];
  const dampened = ratioOf(all, target);
  const hasTurned = isUp !== dampened > 1;
  const replicas = Math.ceil(tidy(dampened * all.length));
  const isWrongWay = isUp ? replicas < current : replicas > current;
  return { ...facts, replicas: isNear(dampened) || hasTurned || isWrongWay ? current : replicas };
}

/** What a container, or a pod, has of a resource. */
export function amountIn(amounts: Amounts, name: string): number {
  return amounts.get(name) ?? 0;
}

/** What is not ready is idle when there are to be more pods, and no reason against fewer. */
function assumedPod(
  pod: MeasuredPod,
  { isUp, target }: { readonly isUp: boolean; readonly target: Target },
): readonly MeasuredPod[] {
  if (isUp) return [{ ...pod, used: 0 }];
  if (!pod.isReady) return [];
  const full =
    "averageValue" in target
      ? target.averageValue
      : pod.requested * Math.max(1, target.utilizationPercent / 100);
  return [{ ...pod, used: full }];
}

function ratioOf(pods: readonly MeasuredPod[], target: Target): number {
  const used = sumOf(pods, (pod) => pod.used ?? 0);
  if ("averageValue" in target) return used / pods.length / target.averageValue;
  return (used * 100) / sumOf(pods, ({ requested }) => requested) / target.utilizationPercent;
}

function factsOf(pods: readonly MeasuredPod[], target: Target): Omit<Recommendation, "replicas"> {
  const used = sumOf(pods, (pod) => pod.used ?? 0);
  const averageValue = Math.floor(used / pods.length);
  if ("averageValue" in target) return { averageValue };
  const averageUtilization = Math.floor((used * 100) / sumOf(pods, ({ requested }) => requested));
  return { averageValue, averageUtilization };
}

function isNear(ratio: number): boolean {
  return Math.abs(ratio - 1) <= TOLERANCE;
}

function sumOf(pods: readonly MeasuredPod[], amount: (pod: MeasuredPod) => number): number {
  return pods.reduce((total, pod) => total + amount(pod), 0);
}

/** The last binary digit of a quotient must not make one pod more. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
