import { controllerReference } from "@heliostat/kube";
import { nodeIdentifier } from "../names/cluster-names.ts";
import { clusterOrigin } from "../raycluster/origin.ts";
import { groupSpecHash, headSpecHash, specHash } from "../raycluster/spec-hash.ts";
import { isSwitchedOn } from "../raycluster/switches.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { APP_NAME, CREATED_BY, LABEL, NODE_TYPE } from "../vocabulary/labels.ts";
import { gcsFaultToleranceAnnotations } from "./gcs-fault-tolerance.ts";
import type { PodContext, RayPod } from "./pod-context.ts";

/** The pod as the user's template has it, with our name for it, in the cluster's namespace and owned by the cluster. */
export function templatePod({ cluster, template }: PodContext, name: string): RayPod {
  const { namespace } = cluster.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...template.metadata,
      name,
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [controllerReference(cluster)],
    },
    spec: template.spec ?? { containers: [] },
  };
}

/**
 * Step: the labels by which services, the autoscaler and the operator find the pod. The user's own may replace all but
 * those that say which cluster, group and kind of node it is.
 */
export function labels(pod: RayPod, context: PodContext): RayPod {
  const { cluster, nodeType, groupName, group, settings } = context;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...settings.defaultLabels,
        [LABEL.isRayNode]: "yes",
        [LABEL.identifier]: nodeIdentifier(cluster, nodeType),
        [LABEL.appName]: APP_NAME,
        [LABEL.createdBy]: CREATED_BY,
        ...pod.metadata.labels,
        ...group.labels,
        [LABEL.cluster]: cluster.metadata.name,
        [LABEL.nodeType]: nodeType,
        [LABEL.group]: groupName,
        ...servingLabel(context),
        ...placeLabels(context),
      },
    },
  };
}

/** Step: what the operator will want to know of the pod later. */
export function annotations(pod: RayPod, context: PodContext): RayPod {
  const { cluster, nodeType, operatorVersion, settings, workerGroup } = context;
  const all = {
    ...settings.defaultAnnotations,
    ...pod.metadata.annotations,
    ...(isSwitchedOn(cluster, ANNOTATION.overwriteCommand) && { [ANNOTATION.overwriteCommand]: "true" }),
    ...(nodeType === NODE_TYPE.head && {
      ...gcsFaultToleranceAnnotations(cluster),
      [ANNOTATION.recreateHash]: specHash(cluster.spec),
      [ANNOTATION.operatorVersion]: operatorVersion,
    }),
    ...(cluster.spec.upgradeStrategy?.type === "RollingUpdate" && {
      [ANNOTATION.groupHash]: workerGroup ? groupSpecHash(cluster, workerGroup) : headSpecHash(cluster),
    }),
  };
  return Object.keys(all).length === 0 ? pod : { ...pod, metadata: { ...pod.metadata, annotations: all } };
}

/** Workers of a service take its traffic; whether the head does, the service decides later. */
function servingLabel({ cluster, nodeType }: PodContext): Readonly<Record<string, string>> {
  if (clusterOrigin(cluster) !== "RayService") return {};
  return { [LABEL.serve]: String(nodeType === NODE_TYPE.worker) };
}

function placeLabels({ place }: PodContext): Readonly<Record<string, string>> {
  if (!place) return {};
  const { replicaIndex, replicaName, hostIndex } = place;
  return {
    [LABEL.replicaIndex]: String(replicaIndex),
    ...(replicaName !== undefined && { [LABEL.replicaName]: replicaName }),
    ...(hostIndex !== undefined && { [LABEL.hostIndex]: String(hostIndex) }),
  };
}
