import type { Json, PodTemplateSpec } from "@heliostat/kube";
import { base32Hex, sha1 } from "../hash/sha1.ts";
import type { RayClusterSpec, WorkerGroupSpec } from "./types.ts";

/**
 * A fingerprint of what the cluster's pods are made from, in KubeRay's form (SHA-1 in base32hex, 32 characters).
 *
 * Left out is what scales, schedules or upgrades without changing a pod: numbers of replicas, `workersToDelete`,
 * tolerations, scheduling gates, `upgradeStrategy` (KubeRay rule). The order of keys does not matter. The digest is not
 * KubeRay's for the same spec: a hash beside another operator's version must be replaced and not compared.
 */
export function specHash(spec: RayClusterSpec): string {
  const { upgradeStrategy: _upgradeStrategy, headGroupSpec, workerGroupSpecs, ...rest } = spec;
  const muted = {
    ...rest,
    headGroupSpec: { ...headGroupSpec, template: mutedTemplate(headGroupSpec.template) },
    workerGroupSpecs: (workerGroupSpecs ?? []).map(mutedGroup),
  };
  return base32Hex(sha1(canonicalJson(muted as unknown as Json)));
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
  return { ...rest, template: mutedTemplate(template) };
}

function mutedTemplate({ spec, ...rest }: PodTemplateSpec): unknown {
  if (!spec) return rest;
  const { tolerations: _tolerations, schedulingGates: _gates, ...kept } = spec;
  return { ...rest, spec: kept };
}

/** JSON with the keys of every object in order, so that equal values give equal texts. */
function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, each: Json) =>
    each !== null && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}
