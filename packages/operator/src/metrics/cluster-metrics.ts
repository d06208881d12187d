import { type Condition, conditionOf, epochMsOf } from "@heliostat/kube";
import { CONDITION, LABEL, type RayCluster } from "@heliostat/ray";

/** One number and the labels that tell it from its like. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge with all its samples, ready for any library to serve. */
export interface GaugeFamily {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  samplesOf(cluster: RayCluster): readonly Sample[];
}

/** What KubeRay's operator says of its RayClusters, under its names and labels (KubeRay's contract). */
export const CLUSTER_GAUGES: readonly GaugeFamily[] = [
  {
    name: "kuberay_cluster_info",
    help: "One for every RayCluster, with the kind of object that it was made for",
    labelNames: ["name", "namespace", "uid", "owner_kind"],
    samplesOf: (cluster) => [{ labels: { ...identity(cluster), owner_kind: ownerKind(cluster) }, value: 1 }],
  },
  {
    name: "kuberay_cluster_condition_provisioned",
    help: "One for every RayCluster, with whether all its pods have been ready together",
    labelNames: ["name", "namespace", "uid", "condition"],
    samplesOf: (cluster) => {
      const condition = String(provisioned(cluster)?.status === "True");
      return [{ labels: { ...identity(cluster), condition }, value: 1 }];
    },
  },
  {
    name: "kuberay_cluster_provisioned_duration_seconds",
    help: "Time from a RayCluster's creation until all its pods had been ready together",
    labelNames: ["name", "namespace", "uid"],
    samplesOf: (cluster) =>
      provisionedAfterSeconds(cluster).map((value) => ({ labels: identity(cluster), value })),
  },
];

/** All samples of a gauge, from the clusters as a cache holds them. */
export function clusterSamples(gauge: GaugeFamily, clusters: readonly RayCluster[]): readonly Sample[] {
  return clusters.flatMap((cluster) => gauge.samplesOf(cluster));
}

function identity({ metadata }: RayCluster): Sample["labels"] {
  const { name, namespace = "", uid = "" } = metadata;
  return { name, namespace, uid };
}

function ownerKind({ metadata }: RayCluster): string {
  return metadata.labels?.[LABEL.originatedFromKind] ?? "None";
}

function provisioned({ status }: RayCluster): Condition | undefined {
  return conditionOf(status?.conditions as readonly Condition[] | undefined, CONDITION.provisioned);
}

/** Nothing until it has been so; a cluster that was suspended counts until it was back. */
function provisionedAfterSeconds(cluster: RayCluster): readonly number[] {
  const condition = provisioned(cluster);
  if (condition?.status !== "True") return [];
  const sinceMs = epochMsOf(condition.lastTransitionTime ?? "");
  const bornMs = epochMsOf(cluster.metadata.creationTimestamp ?? "");
  if (sinceMs === undefined || bornMs === undefined) return [];
  return [Math.max(sinceMs - bornMs, 0) / 1000];
}
