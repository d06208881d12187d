import type { Json, MetricSpec, MetricStatus } from "@heliostat/kube";

type JsonObject = Readonly<Record<string, Json>>;
/** A field of autoscaling/v1 and the path of the same in autoscaling/v2. */
type FieldPair = readonly [older: string, newer: string];

/** By the member of a metric that describes its source. */
const WANTED: Readonly<Record<string, readonly FieldPair[]>> = {
  resource: [
    ["name", "name"],
    ["targetAverageUtilization", "target.averageUtilization"],
    ["targetAverageValue", "target.averageValue"],
  ],
  containerResource: [
    ["name", "name"],
    ["container", "container"],
    ["targetAverageUtilization", "target.averageUtilization"],
    ["targetAverageValue", "target.averageValue"],
  ],
  pods: [
    ["metricName", "metric.name"],
    ["selector", "metric.selector"],
    ["targetAverageValue", "target.averageValue"],
  ],
  object: [
    ["target", "describedObject"],
    ["metricName", "metric.name"],
    ["selector", "metric.selector"],
    ["targetValue", "target.value"],
    ["averageValue", "target.averageValue"],
  ],
  external: [
    ["metricName", "metric.name"],
    ["metricSelector", "metric.selector"],
    ["targetValue", "target.value"],
    ["targetAverageValue", "target.averageValue"],
  ],
};

const CURRENT: Readonly<Record<string, readonly FieldPair[]>> = {
  resource: [
    ["name", "name"],
    ["currentAverageUtilization", "current.averageUtilization"],
    ["currentAverageValue", "current.averageValue"],
  ],
  containerResource: [
    ["name", "name"],
    ["container", "container"],
    ["currentAverageUtilization", "current.averageUtilization"],
    ["currentAverageValue", "current.averageValue"],
  ],
  pods: [
    ["metricName", "metric.name"],
    ["selector", "metric.selector"],
    ["currentAverageValue", "current.averageValue"],
  ],
  object: [
    ["target", "describedObject"],
    ["metricName", "metric.name"],
    ["selector", "metric.selector"],
    ["currentValue", "current.value"],
    ["averageValue", "current.averageValue"],
  ],
  external: [
    ["metricName", "metric.name"],
    ["metricSelector", "metric.selector"],
    ["currentValue", "current.value"],
    ["currentAverageValue", "current.averageValue"],
  ],
};

/** A metric to scale by as autoscaling/v1 spells it. */
export function metricTo(metric: MetricSpec): JsonObject {
  return respelt(metric as unknown as JsonObject, WANTED, ([older, newer]) => [newer, older]);
}

/** The reverse of {@link metricTo}; v1 leaves open which type of target the number is. */
export function metricFrom(older: JsonObject): MetricSpec {
  const metric = respelt(older, WANTED, (pair) => pair);
  const withTypes = Object.entries(metric).map(([key, source]) => [
    key,
    key in WANTED ? withTargetType(source as JsonObject) : source,
  ]);
  return Object.fromEntries(withTypes) as MetricSpec;
}

/** A measured metric as autoscaling/v1 spells it. */
export function currentMetricTo(metric: MetricStatus): JsonObject {
  return respelt(metric as unknown as JsonObject, CURRENT, ([older, newer]) => [newer, older]);
}

/** The reverse of {@link currentMetricTo}. */
export function currentMetricFrom(older: JsonObject): MetricStatus {
  const metric = respelt(older, CURRENT, (pair) => pair);
  const sources = Object.entries(metric).map(([key, source]) => [
    key,
    key in CURRENT ? { current: {}, ...(source as JsonObject) } : source,
  ]);
  return Object.fromEntries(sources) as MetricStatus;
}

/** `direction` says of a pair which path to read and which to write. */
function respelt(
  metric: JsonObject,
  sources: Readonly<Record<string, readonly FieldPair[]>>,
  direction: (pair: FieldPair) => readonly [from: string, to: string],
): JsonObject {
  const members = Object.entries(metric).map(([key, source]) => {
    const pairs = sources[key];
    return [key, pairs ? moved(source, pairs.map(direction)) : source] as const;
  });
  return Object.fromEntries(members);
}

function moved(source: Json, pairs: readonly (readonly [from: string, to: string])[]): JsonObject {
  return pairs.reduce<JsonObject>((made, [from, to]) => {
    const value = at(source, from.split("."));
    return value === undefined ? made : withMember(made, to.split("."), value);
  }, {});
}

function at(value: Json | undefined, [key, ...rest]: readonly string[]): Json | undefined {
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  return at((value as JsonObject)[key], rest);
}

function withMember(object: JsonObject, [key = "", ...rest]: readonly string[], value: Json): JsonObject {
  if (rest.length === 0) return { ...object, [key]: value };
  return { ...object, [key]: withMember((object[key] ?? {}) as JsonObject, rest, value) };
}

function withTargetType(source: JsonObject): JsonObject {
  const target = (source["target"] ?? {}) as JsonObject;
  return { ...source, target: { type: targetType(target), ...target } };
}

function targetType(target: JsonObject): string {
  if (target["averageUtilization"] !== undefined) return "Utilization";
  return target["averageValue"] === undefined ? "Value" : "AverageValue";
}
