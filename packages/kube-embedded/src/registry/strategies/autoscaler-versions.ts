import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerV1,
  HorizontalPodAutoscalerV1Spec,
  HorizontalPodAutoscalerV1Status,
  Json,
  KubeObject,
  MetricSpec,
  MetricStatus,
  ObjectMeta,
} from "@heliostat/kube";
import type { Column, ResourceStrategy } from "../served-resource.ts";
import { currentMetricFrom, currentMetricTo, metricFrom, metricTo } from "./autoscaler-metrics.ts";

/**
 * autoscaling/v1, whose objects are stored as autoscaling/v2. What v1 has no field for travels in annotations (Kubernetes
 * rule), so that a client of the old version can read and write an autoscaler of the new one without loss.
 */
export const AUTOSCALER_V1_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaulted(object as HorizontalPodAutoscalerV1),
  prepareForUpdate: (object, stored, { subresource }) =>
    subresource === undefined ? withStatusAnnotations(object, stored) : object,
  toStored: (object) => newerAutoscaler(object as HorizontalPodAutoscalerV1),
  fromStored: (stored) => olderAutoscaler(stored as HorizontalPodAutoscaler),
};

/** A column of autoscaling/v2 for objects of autoscaling/v1. */
export function ofNewerAutoscaler(column: Column): Column {
  return {
    ...column,
    cell: (object, nowMs) => column.cell(newerAutoscaler(object as HorizontalPodAutoscalerV1), nowMs),
  };
}

const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";
const CARRIED: ReadonlySet<string> = new Set([METRICS, BEHAVIOR, CONDITIONS, CURRENT_METRICS]);

/** Kubernetes' default when nobody says what to scale by. */
const DEFAULT_CPU_PERCENT = 80;

function defaulted(autoscaler: HorizontalPodAutoscalerV1): HorizontalPodAutoscalerV1 {
  const isScaledByMore = autoscaler.metadata.annotations?.[METRICS] !== undefined;
  const cpu = isScaledByMore ? {} : { targetCPUUtilizationPercentage: DEFAULT_CPU_PERCENT };
  return { ...autoscaler, spec: { minReplicas: 1, ...cpu, ...autoscaler.spec } };
}

/** The annotations that carry the status are the status' own: a write of the object does not touch them. */
function withStatusAnnotations(object: KubeObject, stored: KubeObject): KubeObject {
  const kept = Object.entries(stored.metadata.annotations ?? {}).filter(
    ([key]) => key === CONDITIONS || key === CURRENT_METRICS,
  );
  if (kept.length === 0) return object;
  const annotations = { ...object.metadata.annotations, ...Object.fromEntries(kept) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function newerAutoscaler(old: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { annotations = {} } = old.metadata;
  const { targetCPUUtilizationPercentage: percent, ...spec } = old.spec;
  const cpu = percent === undefined ? [] : [cpuMetric(percent)];
  const metrics = [...cpu, ...carriedList(annotations, METRICS).map(metricFrom)];
  const behavior = carried(annotations, BEHAVIOR);
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: withAnnotations(old.metadata, uncarried(annotations)),
    spec: { ...spec, metrics, ...(behavior !== undefined && { behavior: behavior as object }) },
    ...(old.status && { status: newerStatus(old.status, annotations) }),
  };
}

function newerStatus(
  { currentCPUUtilizationPercentage: percent, ...status }: HorizontalPodAutoscalerV1Status,
  annotations: Annotations,
): NonNullable<HorizontalPodAutoscaler["status"]> {
  const cpu = percent === undefined ? [] : [currentCpu(percent)];
  const currentMetrics = [...cpu, ...carriedList(annotations, CURRENT_METRICS).map(currentMetricFrom)];
  const conditions = carriedList(annotations, CONDITIONS) as unknown as NonNullable<
    HorizontalPodAutoscaler["status"]
  >["conditions"];
  return {
    ...status,
    ...(currentMetrics.length > 0 && { currentMetrics }),
    ...(conditions && conditions.length > 0 && { conditions }),
  };
}

function olderAutoscaler(stored: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metrics = [], behavior, ...spec } = stored.spec;
  const percent = cpuPercent(metrics);
  const others = metrics.filter((metric) => !isCpuUtilization(metric)).map(metricTo);
  const { conditions = [], currentMetrics = [], ...status } = stored.status ?? { desiredReplicas: 0 };
  const otherCurrent = currentMetrics.filter((metric) => !isCurrentCpu(metric)).map(currentMetricTo);
  const annotations = {
    ...stored.metadata.annotations,
    ...carrying(METRICS, others),
    ...(behavior && { [BEHAVIOR]: JSON.stringify(behavior) }),
    ...carrying(CONDITIONS, conditions),
    ...carrying(CURRENT_METRICS, otherCurrent),
  };
  const cpu: Partial<HorizontalPodAutoscalerV1Spec> =
    percent === undefined ? {} : { targetCPUUtilizationPercentage: percent };
  return {
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: withAnnotations(stored.metadata, annotations),
    spec: { ...spec, ...cpu },
    ...(stored.status && { status: { currentReplicas: 0, ...status, ...currentCpuPercent(currentMetrics) } }),
  };
}

type Annotations = Readonly<Record<string, string>>;

/** What an annotation carries; one that a person has broken carries nothing. */
function carried(annotations: Annotations, key: string): Json | undefined {
  const text = annotations[key];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

type JsonObject = Readonly<Record<string, Json>>;

function carriedList(annotations: Annotations, key: string): readonly JsonObject[] {
  const value = carried(annotations, key);
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is JsonObject => typeof item === "object" && item !== null);
}

function carrying(key: string, items: readonly unknown[]): Annotations {
  return items.length === 0 ? {} : { [key]: JSON.stringify(items) };
}

function uncarried(annotations: Annotations): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !CARRIED.has(key)));
}

function withAnnotations(metadata: ObjectMeta, annotations: Annotations): ObjectMeta {
  const { annotations: _, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

function cpuMetric(averageUtilization: number): MetricSpec {
  return {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
  };
}

function currentCpu(averageUtilization: number): MetricStatus {
  return { type: "Resource", resource: { name: "cpu", current: { averageUtilization } } };
}

function isCpuUtilization({ type, resource }: MetricSpec): boolean {
  return type === "Resource" && resource?.name === "cpu" && resource.target.averageUtilization !== undefined;
}

function isCurrentCpu({ type, resource }: MetricStatus): boolean {
  return type === "Resource" && resource?.name === "cpu" && resource.current.averageUtilization !== undefined;
}

function cpuPercent(metrics: readonly MetricSpec[]): number | undefined {
  return metrics.find(isCpuUtilization)?.resource?.target.averageUtilization;
}

function currentCpuPercent(metrics: readonly MetricStatus[]): Partial<HorizontalPodAutoscalerV1Status> {
  const percent = metrics.find(isCurrentCpu)?.resource?.current.averageUtilization;
  return percent === undefined ? {} : { currentCPUUtilizationPercentage: percent };
}
