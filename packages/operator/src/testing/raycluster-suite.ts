import type { FaultSuite } from "@heliostat/controller/testing";
import { type Json, type KubeObject, PODS, RESOURCE_QUOTAS, type Resource } from "@heliostat/kube";
import { LABEL, RAY_CLUSTERS, rayCrds } from "@heliostat/ray";
import { reconcilers } from "../index.ts";
import { ownedKinds } from "../raycluster/owned-kinds.ts";
import { FEATURE_SCENARIOS } from "./feature-scenarios.ts";
import { rayClustersAtRest } from "./raycluster-at-rest.ts";
import { RAYCLUSTER_INVARIANTS } from "./raycluster-invariants.ts";
import { RAYCLUSTER_SCENARIOS } from "./raycluster-scenarios.ts";

/** The RayCluster controller as the fault harness sees it. */
export const RAYCLUSTER_SUITE: FaultSuite = {
  definitions: rayCrds().filter(({ spec }) => spec.names.kind === "RayCluster"),
  resources: [RAY_CLUSTERS, PODS, ...ownedKinds({}).map(({ resource }) => resource), RESOURCE_QUOTAS],
  parents: [RAY_CLUSTERS],
  reconcilers: () => reconcilers(),
  scenarios: [...RAYCLUSTER_SCENARIOS, ...FEATURE_SCENARIOS],
  invariants: RAYCLUSTER_INVARIANTS,
  atRest: rayClustersAtRest,
  essence: essenceOf,
};

function essenceOf({ metadata, ...rest }: KubeObject, { plural }: Resource): Json | undefined {
  const { spec, status } = rest as unknown as Record<string, Json>;
  // Which index a replacement takes depends on when the one before it was gone.
  const { [LABEL.replicaIndex]: _, [LABEL.replicaName]: __, ...labels } = metadata.labels ?? {};
  const { finalizers = [], ownerReferences = [], deletionTimestamp } = metadata;
  const common = {
    name: metadata.name,
    labels: labels as Json,
    // What others promise is their business.
    finalizers: finalizers.filter((each) => each.startsWith("ray.io/")),
    owners: ownerReferences.map(({ kind, name }) => `${kind} ${name}`),
    isTerminating: deletionTimestamp !== undefined,
  };
  switch (plural) {
    case "rayclusters":
      return { ...common, spec: withoutNames(spec ?? null), status: statusEssence(status ?? {}) };
    case "pods":
      return { ...common, phase: (status as { phase?: string } | undefined)?.phase ?? "" };
    case "services":
      return { ...common, spec: withoutAddresses(spec ?? null) };
    case "events":
    case "leases":
      return undefined;
    default:
      return { ...common, spec: withoutAddresses((spec as Json | undefined) ?? null) };
  }
}

/** Pods are named otherwise in each run, and so are those that are to go. */
function withoutNames(spec: Json): Json {
  const text = JSON.stringify(spec, (key, value: Json) =>
    key === "workersToDelete" && Array.isArray(value) ? value.map(() => "<name>") : value,
  );
  return JSON.parse(text) as Json;
}

/**
 * Which ports a node has left depends on all services that there have been, and whether a service has an address on
 * whether it is the first of its name: one keeps its address for life, and ours are made without.
 */
function withoutAddresses(spec: Json): Json {
  return JSON.parse(
    JSON.stringify(spec, (key, value: Json) => (ADDRESSES.has(key) ? "<address>" : value)),
  ) as Json;
}

const ADDRESSES: ReadonlySet<string> = new Set(["nodePort", "clusterIP", "clusterIPs"]);

/** Of the status everything but what tells of the way: numbers of names, times of changes, ports of nodes. */
function statusEssence(status: Json): Json {
  const {
    endpoints = {},
    why = "",
    podNameFloors,
    lastUpdateTime,
    stateTransitionTimes,
    conditions,
    ...rest
  } = status as Record<string, Json>;
  void [podNameFloors, lastUpdateTime, stateTransitionTimes];
  const levelled = ((conditions ?? []) as readonly Record<string, Json>[]).map(
    ({ type, status: is, reason }) => [type, is, reason].join(" "),
  );
  return {
    ...rest,
    endpoints: Object.keys(endpoints as object).sort(),
    why: withoutPodNames(String(why)),
    conditions: levelled.sort(),
  };
}

/** Which of two equal workers the API refuses, or a sentence names, is chance. */
function withoutPodNames(sentence: string): string {
  return sentence.replaceAll(/"[^"]*"/g, '"*"').replaceAll(/-(head|worker)-[a-z0-9]{5}\b/g, "-$1-*");
}
