import type { KubeObject, Resource } from "@heliostat/kube";
import type { RayCluster } from "../raycluster/types.ts";

/** A scheduler that finds nodes for all pods of a cluster at once: one in the place of Kubernetes' own, or that itself. */
export interface BatchScheduler {
  /** How an operator's settings call it. */
  readonly name: string;
  /** The resources of {@link objects}: an operator watches them, and removes what is no longer wanted. */
  readonly resources: readonly Resource[];
  /**
   * There where its objects cannot be changed and another has to take the place of one: the finalizer that would keep
   * the old one for as long as pods name it.
   */
  readonly replacedWithout?: string;
  /** Whether the cluster's pods shall start together or not at all. */
  isWanted(cluster: RayCluster): boolean;
  /** What it has to find on the pods of a group, of which the head's is {@link HEAD_GROUP}. */
  podDecoration(cluster: RayCluster, group: string): PodDecoration;
  /**
   * What has to be there before the pods are. They belong to the cluster.
   *
   * @throws SpecError when the scheduler's own labels on the cluster make no sense
   */
  objects(cluster: RayCluster): readonly ScheduledObject[];
}

/** What a batch scheduler has to find on a pod. */
export interface PodDecoration {
  readonly schedulerName?: string;
  /** The group of Kubernetes' own scheduler that the pod starts with. */
  readonly schedulingGroup?: { readonly podGroupName: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object of a batch scheduler's own kinds. */
export interface ScheduledObject {
  readonly resource: Resource;
  readonly object: KubeObject;
}
