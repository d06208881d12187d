import type { PodTemplateSpec } from "@heliostat/kube";
import { fingerprint } from "../hash/fingerprint.ts";
import { headServiceName } from "../names/cluster-names.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { autoscalerVersion, isAutoscaling } from "./autoscaling.ts";
import { completeGroup } from "./defaults.ts";
import { faultToleranceBackend } from "./fault-tolerance.ts";
import { gcsPort } from "./gcs-port.ts";
import type { RayCluster, RayClusterSpec, WorkerGroupSpec } from "./types.ts";

/**
 * A fingerprint of what the cluster's pods are made from, in KubeRay's form (SHA-1 in base32hex, 32 characters).
 *
 * Left out is what scales, schedules or upgrades without changing a pod: numbers of replicas, `workersToDelete`,
 * tolerations, scheduling gates, `upgradeStrategy` (KubeRay rule). The order of keys does not matter, and an empty map
 * of a group counts as absent. The digest is not KubeRay's for the same spec: a hash beside another operator's version
 * must be replaced and not compared.
 */
export function specHash(spec: RayClusterSpec): string {
  const { upgradeStrategy: _upgradeStrategy, headGroupSpec, workerGroupSpecs, ...rest } = spec;
  return fingerprint({
    ...rest,
    headGroupSpec: withoutEmptyMaps({ ...headGroupSpec, template: mutedTemplate(headGroupSpec.template) }),
    workerGroupSpecs: (workerGroupSpecs ?? []).map(mutedGroup),
  });
}

/**
 * A fingerprint of what the workers of one group are made from, in the same form: it moves when a worker made now would
 * differ from one made before, and with nothing else. What stands in the spec under two names or may be left out counts
 * once, and what KubeRay leaves out of its hash is left out here.
 */
export function groupSpecHash(cluster: RayCluster, group: WorkerGroupSpec): string {
  const { groupName, numOfHosts = 1, template } = group;
  return fingerprint({
    groupName,
    numOfHosts,
    template: mutedTemplate(template),
    ...completeGroup(group),
    ...surroundings(cluster),
  });
}

/** The same for the head. */
export function headSpecHash(cluster: RayCluster): string {
  const { headGroupSpec, gcsFaultToleranceOptions, autoscalerOptions, enableInTreeAutoscaling } =
    cluster.spec;
  // Ray's autoscaler reads these two from the living cluster.
  const { idleTimeoutSeconds: _idle, upscalingMode: _mode, ...autoscaler } = autoscalerOptions ?? {};
  return fingerprint({
    template: mutedTemplate(headGroupSpec.template),
    ...completeGroup(headGroupSpec),
    ...surroundings(cluster),
    ...(enableInTreeAutoscaling && { autoscaler }),
    gcsFaultToleranceOptions,
  });
}

/** What the rest of the cluster says in every pod. */
function surroundings(cluster: RayCluster): object {
  const { metadata, spec } = cluster;
  return {
    rayVersion: spec.rayVersion,
    authOptions: spec.authOptions,
    historyServerOptions: spec.historyServerOptions,
    head: `${headServiceName(cluster)}:${gcsPort(cluster)}`,
    faultTolerance: faultToleranceBackend(cluster),
    autoscaler: isAutoscaling(spec) ? autoscalerVersion(spec) : undefined,
    overwriteCommand: metadata.annotations?.[ANNOTATION.overwriteCommand],
  };
}

function mutedGroup(group: WorkerGroupSpec): unknown {
  const {
    replicas: _replicas,
    minReplicas: _min,
    maxReplicas: _max,
    scaleStrategy: _names,
    template,
    ...rest
  } = group;
  return withoutEmptyMaps({ ...rest, template: mutedTemplate(template) });
}

const MAPS: readonly string[] = ["rayStartParams", "resources", "rayResources", "labels"];

function withoutEmptyMaps(group: object): object {
  return Object.fromEntries(
    Object.entries(group).filter(
      ([name, value]) => !MAPS.includes(name) || Object.keys(value ?? {}).length > 0,
    ),
  );
}

function mutedTemplate({ spec, ...rest }: PodTemplateSpec): unknown {
  if (!spec) return rest;
  const { tolerations: _tolerations, schedulingGates: _gates, ...kept } = spec;
  return { ...rest, spec: kept };
}
