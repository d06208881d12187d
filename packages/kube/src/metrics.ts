import type { ObjectMeta } from "../gen/types.ts";
import { clusterScoped, namespaced, type Resource } from "./resource.ts";

/** What something uses of its node. */
export interface Usage {
  /** In thousandths of a core. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** What the containers of a pod use. */
export interface PodUsage extends Measured {
  readonly name: string;
  readonly namespace: string;
  readonly containers: readonly (Usage & { readonly name: string })[];
}

export interface NodeUsage extends Usage, Measured {
  readonly name: string;
}

/** When something was measured. */
export interface Measured {
  readonly atMs: number;
  /** Over how long before that the use of CPU is the mean. */
  readonly windowMs: number;
}

/** Knows what pods and nodes use at this moment: the port behind `metrics.k8s.io`. Kubelets bring it. */
export interface MetricsSource {
  pods(): Promise<readonly PodUsage[]>;
  nodes(): Promise<readonly NodeUsage[]>;
}

/** `usage` of the metrics API: quantities by resource name. */
export type UsageQuantities = Readonly<Record<string, string | number>>;

export interface PodMetrics {
  readonly apiVersion: "metrics.k8s.io/v1beta1";
  readonly kind: "PodMetrics";
  readonly metadata: ObjectMeta;
  readonly timestamp: string;
  /** Over how long the usage was measured: `15s`. */
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: UsageQuantities }[];
}

export interface NodeMetrics {
  readonly apiVersion: "metrics.k8s.io/v1beta1";
  readonly kind: "NodeMetrics";
  readonly metadata: ObjectMeta;
  readonly timestamp: string;
  readonly window: string;
  readonly usage: UsageQuantities;
}

export const POD_METRICS: Resource<PodMetrics> = namespaced("metrics.k8s.io/v1beta1", "PodMetrics", "pods");
export const NODE_METRICS: Resource<NodeMetrics> = clusterScoped(
  "metrics.k8s.io/v1beta1",
  "NodeMetrics",
  "nodes",
);
