import { type JsonPatchOperation, type KubeObject, namespaced, type Resource } from "@heliostat/kube";
import { ceilingBeforePin, storedCeilings } from "../scale/ceilings.ts";
import { type Bounds, objectRef, type ScaleView, type WorkerGroup } from "../scale/scale-view.ts";
import { LABEL } from "../vocabulary.ts";
import type { KindDriver, Resources, Role, TierPlace } from "./kind-driver.ts";
import { countOf, listOf, type Part, partOf, specOf, textsOf } from "./read-object.ts";

const RAY_CLUSTERS: Resource = namespaced("ray.io/v1", "RayCluster", "rayclusters");

/**
 * Driver of `ray.io/v1` RayClusters. Worker groups are a list: each is written by its place, and a test on its name
 * goes before, since a merge of the list would reset its neighbours (KubeRay issue 2926).
 */
export const RAY_IO_DRIVER: KindDriver = {
  resource: RAY_CLUSTERS,
  engine: "ray",
  related: [],
  needsAutoscaling: false,
  scaleView,
  podLabels: ({ metadata }, role, group) => ({
    [LABEL.rayCluster]: metadata.name,
    [LABEL.rayNodeType]: role,
    ...(role === "worker" && group !== undefined && { [LABEL.rayGroup]: group }),
  }),
  setName: ({ metadata }) => metadata.name,
  // Pods that run are left as they are when their template changes (KubeRay rule).
  rollPlace: () => undefined,
  tierPlace,
};

const NO_MAX = 2_147_483_647;

function scaleView(object: KubeObject): ScaleView {
  const isFollowed = specOf(object)["enableInTreeAutoscaling"] === true;
  const ceilings = storedCeilings(object.metadata.annotations ?? {});
  return {
    cluster: objectRef(RAY_CLUSTERS, object),
    annotations: object.metadata.annotations ?? {},
    groups: workerGroups(object).map((group, index) => workerGroup(group, { index, isFollowed, ceilings })),
    writer: isFollowed ? "ray-autoscaler" : "none",
    warnings: [],
  };
}

function workerGroups(object: KubeObject): readonly Part[] {
  return listOf(specOf(object)["workerGroupSpecs"]).map((group) => partOf(group) ?? {});
}

interface GroupPlace {
  readonly index: number;
  readonly isFollowed: boolean;
  readonly ceilings: Readonly<Record<string, number>>;
}

function workerGroup(group: Part, { index, isFollowed, ceilings }: GroupPlace): WorkerGroup {
  const at = `/spec/workerGroupSpecs/${index}`;
  const name = String(group["groupName"] ?? "");
  const min = countOf(group["minReplicas"]) ?? 0;
  const max = countOf(group["maxReplicas"]) ?? NO_MAX;
  const bounds: Bounds = {
    min,
    max,
    ...ceilingBeforePin(ceilings[name], { min, max }),
    minAt: `${at}/minReplicas`,
    maxAt: `${at}/maxReplicas`,
    lowestMin: 0,
    raisesReplicas: true,
    retiresIdleWorkers: isFollowed,
  };
  return {
    name,
    // Without a number the operator takes the floor (KubeRay rule).
    replicas: countOf(group["replicas"]) ?? min,
    replicasAt: `${at}/replicas`,
    guards: [groupGuard(at, name)],
    bounds,
  };
}

function groupGuard(at: string, name: string): JsonPatchOperation {
  return { op: "test", path: `${at}/groupName`, value: name };
}

/** The Ray container is the first one (KubeRay rule). */
function tierPlace(object: KubeObject, role: Role, group?: string): TierPlace | undefined {
  const place = templatePlace(object, role, group);
  if (!place) return undefined;
  const podSpec = partOf(place.template["spec"]);
  const container = partOf(listOf(podSpec?.["containers"])[0]);
  if (!podSpec || !container) return undefined;
  const metadata = partOf(place.template["metadata"]);
  return {
    labels: { at: `${place.at}/metadata/labels`, value: textsOf(metadata?.["labels"]) },
    nodeSelector: { at: `${place.at}/spec/nodeSelector`, value: textsOf(podSpec["nodeSelector"]) },
    resources: {
      at: `${place.at}/spec/containers/0/resources`,
      value: partOf(container["resources"]) as Resources | undefined,
    },
    missing: metadata ? [] : [`${place.at}/metadata`],
    keepsRunningPods: true,
  };
}

function templatePlace(
  object: KubeObject,
  role: Role,
  group: string | undefined,
): { readonly at: string; readonly template: Part } | undefined {
  if (role === "head") {
    const template = partOf(partOf(specOf(object)["headGroupSpec"])?.["template"]);
    return template && { at: "/spec/headGroupSpec/template", template };
  }
  const groups = workerGroups(object);
  const index = group === undefined ? 0 : groups.findIndex((each) => each["groupName"] === group);
  if (group === undefined && groups.length !== 1) return undefined;
  const template = partOf(groups[index]?.["template"]);
  return template && { at: `/spec/workerGroupSpecs/${index}/template`, template };
}
