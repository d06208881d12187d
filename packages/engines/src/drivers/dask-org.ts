import { type KubeObject, namespaced, type Resource } from "@heliostat/kube";
import { ceilingBeforePin, storedCeilings } from "../scale/ceilings.ts";
import { type Bounds, objectRef, type ScaleView, type ScaleWarning } from "../scale/scale-view.ts";
import { LABEL } from "../vocabulary.ts";
import type { KindDriver, RelatedKind, RelatedObjects, Resources, Role, TierPlace } from "./kind-driver.ts";
import { countOf, listOf, partOf, specOf, textsOf } from "./read-object.ts";

const API_VERSION = "kubernetes.dask.org/v1";
const DASK_CLUSTERS: Resource = namespaced(API_VERSION, "DaskCluster", "daskclusters");
const WORKER_GROUPS: Resource = namespaced(API_VERSION, "DaskWorkerGroup", "daskworkergroups");
const AUTOSCALERS: Resource = namespaced(API_VERSION, "DaskAutoscaler", "daskautoscalers");

/** Of the cluster: its autoscaler, and its worker groups but the one that it makes itself. */
const OF_CLUSTER: readonly RelatedKind[] = [
  { resource: AUTOSCALERS, isRelated: (each, { metadata }) => specOf(each)["cluster"] === metadata.name },
  {
    resource: WORKER_GROUPS,
    isRelated: (each, { metadata }) =>
      specOf(each)["cluster"] === metadata.name && each.metadata.name !== defaultGroup(metadata.name),
  },
];

/** Of a worker group: the autoscaler of its cluster, which moves the default group only. */
const OF_GROUP: readonly RelatedKind[] = [
  {
    resource: AUTOSCALERS,
    isRelated: (each, group) =>
      specOf(each)["cluster"] === specOf(group)["cluster"] &&
      group.metadata.name === defaultGroup(String(specOf(group)["cluster"])),
  },
];

/** Driver of dask-kubernetes' clusters: the number is that of the default group, and a DaskAutoscaler may own it. */
export const DASK_CLUSTER_DRIVER: KindDriver = {
  ...daskDriver(DASK_CLUSTERS, OF_CLUSTER),
  podLabels: ({ metadata }, role) => ({
    [LABEL.daskCluster]: metadata.name,
    [LABEL.daskComponent]: role === "head" ? "scheduler" : "worker",
  }),
};

/** Driver of dask-kubernetes' worker groups, each an object of its own. */
export const DASK_GROUP_DRIVER: KindDriver = {
  ...daskDriver(WORKER_GROUPS, OF_GROUP),
  podLabels: (object, role) =>
    role === "head"
      ? { [LABEL.daskCluster]: String(specOf(object)["cluster"]), [LABEL.daskComponent]: "scheduler" }
      : { [LABEL.daskGroup]: object.metadata.name, [LABEL.daskComponent]: "worker" },
};

/** The group that the cluster's operator makes (dask-kubernetes rule). */
function defaultGroup(cluster: string): string {
  return `${cluster}-default`;
}

function daskDriver(resource: Resource, related: readonly RelatedKind[]): Omit<KindDriver, "podLabels"> {
  return {
    resource,
    engine: "dask",
    related,
    needsAutoscaling: false,
    scaleView: (object, relatives) => scaleView(resource, object, relatives),
    setName: ({ metadata }) => metadata.name,
    // Changes of the pod template are read for new workers only (dask-kubernetes issue 636).
    rollPlace: () => undefined,
    tierPlace,
  };
}

function scaleView(resource: Resource, object: KubeObject, related: RelatedObjects): ScaleView {
  const autoscaler = related[AUTOSCALERS.plural]?.[0];
  const others = related[WORKER_GROUPS.plural] ?? [];
  return {
    cluster: objectRef(resource, object),
    annotations: object.metadata.annotations ?? {},
    groups: [
      {
        name: "default",
        replicas: countOf(partOf(specOf(object)["worker"])?.["replicas"]) ?? 1,
        replicasAt: "/spec/worker/replicas",
        guards: [],
        ...(autoscaler && { bounds: boundsOf(autoscaler) }),
      },
    ],
    writer: autoscaler ? "dask-autoscaler" : "none",
    warnings: others.length > 0 ? [SEVERAL_GROUPS] : [],
  };
}

const SEVERAL_GROUPS: ScaleWarning = {
  code: "several_worker_groups",
  message:
    "The cluster has further worker groups; its operator may retire workers of another one than was asked",
};

function boundsOf(autoscaler: KubeObject): Bounds {
  const spec = specOf(autoscaler);
  const annotations = autoscaler.metadata.annotations ?? {};
  const min = countOf(spec["minimum"]) ?? 0;
  const max = countOf(spec["maximum"]);
  return {
    min,
    max,
    ...ceilingBeforePin(storedCeilings(annotations)["default"], { min, max }),
    minAt: "/spec/minimum",
    maxAt: "/spec/maximum",
    lowestMin: 0,
    raisesReplicas: true,
    retiresIdleWorkers: true,
    in: { ...objectRef(AUTOSCALERS, autoscaler), annotations },
  };
}

/** Changes of the pod template are read for new workers only (dask-kubernetes issue 636). */
function tierPlace(object: KubeObject, role: Role): TierPlace | undefined {
  const field = role === "head" ? "scheduler" : "worker";
  const podSpec = partOf(partOf(specOf(object)[field])?.["spec"]);
  const container = partOf(listOf(podSpec?.["containers"])[0]);
  if (!podSpec || !container) return undefined;
  return {
    nodeSelector: { at: `/spec/${field}/spec/nodeSelector`, value: textsOf(podSpec["nodeSelector"]) },
    resources: {
      at: `/spec/${field}/spec/containers/0/resources`,
      value: partOf(container["resources"]) as Resources | undefined,
    },
    missing: [],
    keepsRunningPods: true,
  };
}
