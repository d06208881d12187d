import { type KubeObject, namespaced, type ObjectMeta, type Resource } from "@heliostat/kube";
import { isAutoscaling } from "../raycluster/autoscaling.ts";
import { desiredWorkers } from "../raycluster/desired-workers.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { LABEL } from "../vocabulary/labels.ts";
import type { BatchScheduler } from "./batch-scheduler.ts";
import { isGangWanted } from "./gang.ts";

/** All or nothing: so many pods find nodes at once, or none does. */
interface GangPolicy {
  readonly gang: { readonly minCount: number };
}

/** What we say in a Workload of Kubernetes' own. */
interface Workload extends KubeObject {
  readonly apiVersion: "scheduling.k8s.io/v1alpha2";
  readonly kind: "Workload";
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly podGroupTemplates: readonly { readonly name: string; readonly schedulingPolicy: GangPolicy }[];
  };
}

/** What we say in a PodGroup of Kubernetes' own. */
interface WorkloadPodGroup extends KubeObject {
  readonly apiVersion: "scheduling.k8s.io/v1alpha2";
  readonly kind: "PodGroup";
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly podGroupTemplateRef: {
      readonly workload: { readonly workloadName: string; readonly podGroupTemplateName: string };
    };
    readonly schedulingPolicy: GangPolicy;
  };
}

const WORKLOADS: Resource<Workload> = namespaced("scheduling.k8s.io/v1alpha2", "Workload", "workloads");
const WORKLOAD_POD_GROUPS: Resource<WorkloadPodGroup> = namespaced(
  "scheduling.k8s.io/v1alpha2",
  "PodGroup",
  "podgroups",
);

/** The one template of a Workload: the whole cluster is one gang. */
const TEMPLATE = "cluster";

/**
 * Workload-aware scheduling by Kubernetes' own scheduler (1.36, `scheduling.k8s.io/v1alpha2`): a Workload named as the
 * cluster and a PodGroup of the head and all workers wanted. A cluster that scales itself has no size to wait for and is
 * left alone (KubeRay rule).
 */
export const kubernetesWas: BatchScheduler = {
  name: "kubernetes-was",
  resources: [WORKLOADS, WORKLOAD_POD_GROUPS],
  replacedWithout: "scheduling.k8s.io/podgroup-protection",
  isWanted,
  podDecoration: (cluster) =>
    isWanted(cluster)
      ? { schedulerName: "default-scheduler", schedulingGroup: { podGroupName: podGroupName(cluster) } }
      : {},
  objects: (cluster) =>
    isWanted(cluster)
      ? [
          { resource: WORKLOADS, object: workload(cluster) },
          { resource: WORKLOAD_POD_GROUPS, object: podGroup(cluster) },
        ]
      : [],
};

function isWanted(cluster: RayCluster): boolean {
  return isGangWanted(cluster) && !isAutoscaling(cluster.spec);
}

function podGroupName({ metadata }: RayCluster): string {
  return `${metadata.name}-${TEMPLATE}`;
}

function workload(cluster: RayCluster): Workload {
  return {
    apiVersion: "scheduling.k8s.io/v1alpha2",
    kind: "Workload",
    metadata: ownedMetadata(cluster, cluster.metadata.name, { [LABEL.cluster]: cluster.metadata.name }),
    spec: { podGroupTemplates: [{ name: TEMPLATE, schedulingPolicy: gang(cluster) }] },
  };
}

function podGroup(cluster: RayCluster): WorkloadPodGroup {
  const { name } = cluster.metadata;
  return {
    apiVersion: "scheduling.k8s.io/v1alpha2",
    kind: "PodGroup",
    metadata: ownedMetadata(cluster, podGroupName(cluster), { [LABEL.cluster]: name }),
    spec: {
      podGroupTemplateRef: { workload: { workloadName: name, podGroupTemplateName: TEMPLATE } },
      schedulingPolicy: gang(cluster),
    },
  };
}

function gang(cluster: RayCluster): GangPolicy {
  return { gang: { minCount: desiredWorkers(cluster).desired + 1 } };
}
