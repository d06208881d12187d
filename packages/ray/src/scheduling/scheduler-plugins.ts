import { type KubeObject, namespaced, type ObjectMeta, type Resource } from "@heliostat/kube";
import { podResources } from "../raycluster/desired-resources.ts";
import { desiredPods, desiredWorkers } from "../raycluster/desired-workers.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { LABEL } from "../vocabulary/labels.ts";
import type { BatchScheduler } from "./batch-scheduler.ts";
import { isGangWanted } from "./gang.ts";

/** What we say in a PodGroup of scheduler-plugins'. */
interface CoschedulingPodGroup extends KubeObject {
  readonly apiVersion: "scheduling.x-k8s.io/v1alpha1";
  readonly kind: "PodGroup";
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly minMember: number;
    readonly minResources: Readonly<Record<string, string>>;
  };
}

const COSCHEDULING_POD_GROUPS: Resource<CoschedulingPodGroup> = namespaced(
  "scheduling.x-k8s.io/v1alpha1",
  "PodGroup",
  "podgroups",
);

/**
 * Kubernetes' scheduler-plugins (coscheduling): a PodGroup named as the cluster, of the cluster's size. (KubeRay never
 * changes it again; ours follows the cluster's size.)
 */
export const schedulerPlugins: BatchScheduler = {
  name: "scheduler-plugins",
  resources: [COSCHEDULING_POD_GROUPS],
  isWanted: isGangWanted,
  podDecoration: (cluster) => ({
    schedulerName: "scheduler-plugins-scheduler",
    ...(isGangWanted(cluster) && { labels: { "scheduling.x-k8s.io/pod-group": cluster.metadata.name } }),
  }),
  objects: (cluster) =>
    isGangWanted(cluster) ? [{ resource: COSCHEDULING_POD_GROUPS, object: podGroup(cluster) }] : [],
};

function podGroup(cluster: RayCluster): CoschedulingPodGroup {
  return {
    apiVersion: "scheduling.x-k8s.io/v1alpha1",
    kind: "PodGroup",
    metadata: ownedMetadata(cluster, cluster.metadata.name, { [LABEL.cluster]: cluster.metadata.name }),
    spec: {
      minMember: desiredWorkers(cluster).desired + 1,
      minResources: podResources(cluster, desiredPods),
    },
  };
}
