import {
  type KubeObject,
  type Measured,
  type MetricsSource,
  type NodeMetrics,
  type PodMetrics,
  printQuantity,
  type Schema,
  timestamp,
  type Usage,
  type UsageQuantities,
} from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { PLAIN_COLUMNS } from "../table/cluster-columns.ts";

const API_VERSION = "metrics.k8s.io/v1beta1";

/** `metrics.k8s.io`: what pods and nodes use now. Whoever has gone from the API is left out. */
export function metricsResources(source: MetricsSource, store: ObjectStore): readonly ServedResource[] {
  return [
    {
      ...readOnly("PodMetrics", "pods", POD_SCHEMA),
      isNamespaced: true,
      computed: () => podMetrics(source, store),
    },
    {
      ...readOnly("NodeMetrics", "nodes", NODE_SCHEMA),
      isNamespaced: false,
      computed: () => nodeMetrics(source, store),
    },
  ];
}

function readOnly(kind: string, plural: string, schema: Schema): Omit<ServedResource, "isNamespaced"> {
  const [group = "", version = ""] = API_VERSION.split("/");
  return {
    ...{ group, version, plural, kind },
    singular: "",
    listKind: `${kind}List`,
    shortNames: [],
    categories: [],
    verbs: ["get", "list"],
    subresources: [],
    storageKey: `${group}/${plural}`,
    storageVersion: version,
    isCustom: false,
    schema: { ...schema, "x-kubernetes-group-version-kind": [{ group, version, kind }] },
    columns: PLAIN_COLUMNS,
    strategy: {},
  };
}

async function podMetrics(source: MetricsSource, store: ObjectStore): Promise<readonly KubeObject[]> {
  return (await source.pods()).flatMap(({ name, namespace, containers, ...when }): readonly PodMetrics[] => {
    const pod = store.get({ storageKey: "/pods", key: `${namespace}/${name}` })?.object;
    if (!pod) return [];
    const { labels } = pod.metadata;
    const at = timestamp(when.atMs);
    return [
      {
        apiVersion: API_VERSION,
        kind: "PodMetrics",
        metadata: { name, namespace, creationTimestamp: at, ...(labels && { labels }) },
        timestamp: at,
        window: windowText(when),
        containers: containers.map((each) => ({ name: each.name, usage: quantitiesOf(each) })),
      },
    ];
  });
}

async function nodeMetrics(source: MetricsSource, store: ObjectStore): Promise<readonly KubeObject[]> {
  return (await source.nodes()).flatMap(({ name, ...usage }): readonly NodeMetrics[] => {
    const node = store.get({ storageKey: "/nodes", key: name })?.object;
    if (!node) return [];
    const { labels } = node.metadata;
    const at = timestamp(usage.atMs);
    return [
      {
        apiVersion: API_VERSION,
        kind: "NodeMetrics",
        metadata: { name, creationTimestamp: at, ...(labels && { labels }) },
        timestamp: at,
        window: windowText(usage),
        usage: quantitiesOf(usage),
      },
    ];
  });
}

/** A duration as Go prints it, in full seconds. */
function windowText({ windowMs }: Measured): string {
  return `${Math.max(Math.round(windowMs / 1000), 1)}s`;
}

function quantitiesOf({ cpuMillis, memoryBytes }: Usage): UsageQuantities {
  return { cpu: `${Math.round(cpuMillis)}m`, memory: printQuantity(Math.round(memoryBytes), "BinarySI") };
}

const TEXT: Schema = { type: "string" };
const USAGE: Schema = { type: "object", additionalProperties: TEXT };
const COMMON: Readonly<Record<string, Schema>> = {
  apiVersion: TEXT,
  kind: TEXT,
  metadata: { $ref: "ObjectMeta" },
  timestamp: { type: "string", format: "date-time" },
  window: TEXT,
};
const CONTAINER: Schema = { type: "object", properties: { name: TEXT, usage: USAGE } };
const POD_SCHEMA: Schema = {
  type: "object",
  properties: { ...COMMON, containers: { type: "array", items: CONTAINER } },
};
const NODE_SCHEMA: Schema = { type: "object", properties: { ...COMMON, usage: USAGE } };
