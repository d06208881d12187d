import type { Container, ObjectMeta, Pod } from "@heliostat/kube";
import type { HeadGroupSpec, RayCluster, RayClusterSpec, WorkerGroupSpec } from "../raycluster/types.ts";
import { HEAD_GROUP, LABEL, NODE_TYPE } from "../vocabulary/labels.ts";

/** What a test wants to be special about a cluster; the rest is valid and plain. */
export interface RayClusterTraits
  extends Partial<Omit<RayClusterSpec, "headGroupSpec" | "workerGroupSpecs">> {
  readonly metadata?: Partial<ObjectMeta>;
  readonly head?: Partial<HeadGroupSpec>;
  /** @default one group of two workers */
  readonly workers?: readonly Partial<WorkerGroupSpec>[];
  readonly status?: RayCluster["status"];
}

/** A valid cluster `ns/c` with a head and two workers in the group `workers`. */
export function aRayCluster(traits: RayClusterTraits = {}): RayCluster {
  const { metadata, head, workers = [{}], status, ...spec } = traits;
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "c", namespace: "ns", uid: "11111111-2222-4333-8444-555555555555", ...metadata },
    spec: {
      headGroupSpec: { template: { spec: { containers: [aRayContainer({ name: "ray-head" })] } }, ...head },
      workerGroupSpecs: workers.map(aWorkerGroup),
      ...spec,
    },
    ...(status && { status }),
  };
}

/** A valid group `workers` of two. */
export function aWorkerGroup(traits: Partial<WorkerGroupSpec> = {}): WorkerGroupSpec {
  return {
    groupName: "workers",
    replicas: 2,
    minReplicas: 0,
    maxReplicas: 10,
    template: { spec: { containers: [aRayContainer({ name: "ray-worker" })] } },
    ...traits,
  };
}

/** A container of one CPU and one gibibyte. */
export function aRayContainer(traits: Partial<Container> = {}): Container {
  return {
    name: "ray",
    image: "rayproject/ray:2.53.0",
    resources: { limits: { cpu: "1", memory: "1Gi" } },
    ...traits,
  };
}

/** A pod as it lies in the API: labelled as one of the cluster's, for a head when `group` is left out. */
export function aRayPod(
  cluster: RayCluster,
  name: string,
  traits: {
    readonly group?: string;
    readonly metadata?: Partial<ObjectMeta>;
    readonly status?: Pod["status"];
  } = {},
): Pod {
  const { group = HEAD_GROUP, metadata, status } = traits;
  const { namespace } = cluster.metadata;
  const labels = {
    [LABEL.cluster]: cluster.metadata.name,
    [LABEL.group]: group,
    [LABEL.nodeType]: group === HEAD_GROUP ? NODE_TYPE.head : NODE_TYPE.worker,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...(namespace !== undefined && { namespace }), labels, ...metadata },
    spec: { containers: [aRayContainer()] },
    ...(status && { status }),
  };
}
