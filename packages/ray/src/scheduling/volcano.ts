import { type KubeObject, namespaced, type ObjectMeta, type Resource } from "@heliostat/kube";
import { isAutoscaling } from "../raycluster/autoscaling.ts";
import { podResources } from "../raycluster/desired-resources.ts";
import { desiredPods, minPods } from "../raycluster/desired-workers.ts";
import { clusterOrigin } from "../raycluster/origin.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { SpecError } from "../validation/spec-error.ts";
import { LABEL } from "../vocabulary/labels.ts";
import type { BatchScheduler } from "./batch-scheduler.ts";
import { annotationsOf, labelsOf } from "./gang.ts";

/** What we say in a PodGroup of Volcano's. */
interface VolcanoPodGroup extends KubeObject {
  readonly apiVersion: "scheduling.volcano.sh/v1beta1";
  readonly kind: "PodGroup";
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly minMember: number;
    readonly minResources: Readonly<Record<string, string>>;
    readonly queue?: string;
    readonly priorityClassName?: string;
    readonly networkTopology?: { readonly mode: string; readonly highestTierAllowed?: number };
  };
  readonly status: { readonly phase: "Pending" };
}

const VOLCANO_POD_GROUPS: Resource<VolcanoPodGroup> = namespaced(
  "scheduling.volcano.sh/v1beta1",
  "PodGroup",
  "podgroups",
);

/**
 * Volcano: one PodGroup for a cluster. Its size is that of the cluster or, where the autoscaler decides on that, the
 * smallest. The PodGroup of a RayJob's cluster belongs to the job, which is larger by its submitter.
 */
export const volcano: BatchScheduler = {
  name: "volcano",
  resources: [VOLCANO_POD_GROUPS],
  isWanted: (cluster) => clusterOrigin(cluster) !== "RayJob",
  podDecoration: (cluster, group) => ({
    schedulerName: "volcano",
    labels: labelsOf(cluster, { [QUEUE]: QUEUE, [LABEL.priorityClassName]: LABEL.priorityClassName }),
    annotations: { [GROUP_NAME]: podGroupName(cluster), [TASK]: group },
  }),
  objects: (cluster) =>
    volcano.isWanted(cluster) ? [{ resource: VOLCANO_POD_GROUPS, object: podGroup(cluster) }] : [],
};

/** Volcano's words. The first three are labels of the user's on the cluster. */
const QUEUE = "volcano.sh/queue-name";
const TOPOLOGY_MODE = "volcano.sh/network-topology-mode";
const TOPOLOGY_TIER = "volcano.sh/network-topology-highest-tier-allowed";
const GROUP_NAME = "scheduling.k8s.io/group-name";
const TASK = "volcano.sh/task-spec";

function podGroupName(cluster: RayCluster): string {
  const { name, labels = {} } = cluster.metadata;
  const job = clusterOrigin(cluster) === "RayJob" ? labels[LABEL.originatedFromName] : undefined;
  return `ray-${job || name}-pg`;
}

function podGroup(cluster: RayCluster): VolcanoPodGroup {
  const countOf = isAutoscaling(cluster.spec) ? minPods : desiredPods;
  const workers = (cluster.spec.workerGroupSpecs ?? []).reduce((sum, group) => sum + countOf(group), 0);
  const networkTopology = topology(cluster);
  return {
    apiVersion: "scheduling.volcano.sh/v1beta1",
    kind: "PodGroup",
    metadata: {
      ...ownedMetadata(cluster, podGroupName(cluster), { [LABEL.cluster]: cluster.metadata.name }),
      annotations: annotationsOf(cluster),
    },
    spec: {
      minMember: workers + 1,
      minResources: podResources(cluster, countOf),
      ...labelsOf(cluster, { [QUEUE]: "queue", [LABEL.priorityClassName]: "priorityClassName" }),
      ...(networkTopology && { networkTopology }),
    },
    status: { phase: "Pending" },
  };
}

function topology({ metadata }: RayCluster): VolcanoPodGroup["spec"]["networkTopology"] {
  const { [TOPOLOGY_MODE]: mode, [TOPOLOGY_TIER]: tier } = metadata.labels ?? {};
  if (!mode) return undefined;
  if (tier === undefined) return { mode };
  if (!/^\d{1,9}$/.test(tier)) {
    const field = `metadata.labels["${TOPOLOGY_TIER}"]`;
    throw new SpecError("RayCluster", metadata.name, [
      { field, message: `must be a whole number, but is "${tier}"` },
    ]);
  }
  return { mode, highestTierAllowed: Number(tier) };
}
