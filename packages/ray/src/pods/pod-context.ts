import type { Pod, PodSpec, PodTemplateSpec } from "@heliostat/kube";
import { headServiceFqdn } from "../names/cluster-names.ts";
import { type CompleteGroup, completeGroup } from "../raycluster/defaults.ts";
import { gcsPort } from "../raycluster/gcs-port.ts";
import type { RayCluster, WorkerGroupSpec } from "../raycluster/types.ts";
import type { RaySettings } from "../settings.ts";
import { OPERATOR_VERSION } from "../vocabulary/annotations.ts";
import { HEAD_GROUP, NODE_TYPE, type NodeType } from "../vocabulary/labels.ts";
import { rayStartParams } from "./ray-start-params.ts";

/** One step of making a pod: the pod with one concern more in it. The first container is the one that runs Ray. */
export type PodStep = (pod: RayPod, context: PodContext) => RayPod;

/** A pod on its way: unlike one from the API it surely has a spec. */
export interface RayPod extends Pod {
  readonly spec: PodSpec;
}

/** What the steps need to know. Nothing here depends on their order. */
export interface PodContext {
  readonly cluster: RayCluster;
  readonly nodeType: NodeType;
  readonly groupName: string;
  readonly template: PodTemplateSpec;
  readonly group: CompleteGroup;
  /** The worker's group as the user wrote it; `undefined` for the head. */
  readonly workerGroup?: WorkerGroupSpec;
  /** What `ray start` is told, but for what the container's resources say. */
  readonly startParams: Readonly<Record<string, string>>;
  readonly headServiceFqdn: string;
  readonly gcsPort: string;
  readonly operatorVersion: string;
  readonly settings: RaySettings;
  /** A worker's place among its fellows. */
  readonly place?: WorkerPlace;
}

/** A worker's place among the pods of its group. */
export interface WorkerPlace {
  /** Smallest number from 0 that no replica of the group has. */
  readonly replicaIndex: number;
  /** For groups of several hosts: the replica that the worker belongs to. */
  readonly replicaName?: string;
  /** For groups of several hosts: from 0, its place in that replica. */
  readonly hostIndex?: number;
}

export interface PodOptions {
  /** One of `podNames`. */
  readonly name: string;
  /** How the operator is set up. @default KubeRay's defaults */
  readonly settings?: RaySettings;
  /** Where workers find the head. @default {@link headServiceFqdn} */
  readonly headServiceFqdn?: string;
  /** What stands where KubeRay writes its version. @default {@link OPERATOR_VERSION} */
  readonly operatorVersion?: string;
}

export function headContext(cluster: RayCluster, options: PodOptions): PodContext {
  const { headGroupSpec } = cluster.spec;
  return {
    ...surroundings(cluster, options),
    nodeType: NODE_TYPE.head,
    groupName: HEAD_GROUP,
    template: headGroupSpec.template,
    group: completeGroup(headGroupSpec),
    startParams: rayStartParams(cluster, NODE_TYPE.head, completeGroup(headGroupSpec)),
  };
}

export function workerContext(
  cluster: RayCluster,
  workerGroup: WorkerGroupSpec,
  options: PodOptions & WorkerPlace,
): PodContext {
  const around = surroundings(cluster, options);
  const group = completeGroup(workerGroup);
  const address = `${around.headServiceFqdn}:${around.gcsPort}`;
  return {
    ...around,
    nodeType: NODE_TYPE.worker,
    groupName: workerGroup.groupName,
    template: workerGroup.template,
    group,
    workerGroup,
    startParams: { address, ...rayStartParams(cluster, NODE_TYPE.worker, group) },
    place: options,
  };
}

function surroundings(
  cluster: RayCluster,
  options: PodOptions,
): Omit<PodContext, "nodeType" | "groupName" | "template" | "group" | "startParams"> {
  const { settings = {} } = options;
  return {
    cluster,
    settings,
    headServiceFqdn: options.headServiceFqdn ?? headServiceFqdn(cluster, settings.clusterDomain),
    gcsPort: gcsPort(cluster),
    operatorVersion: options.operatorVersion ?? OPERATOR_VERSION,
  };
}
