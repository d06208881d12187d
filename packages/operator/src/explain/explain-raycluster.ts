import { type Event, isConditionTrue, keyOf, nameOf, type Pod } from "@heliostat/kube";
import {
  CONDITION,
  desiredPods,
  isManagedByOperator,
  problemsText,
  type WorkerGroupSpec,
} from "@heliostat/ray";
import { problemsOf } from "../raycluster/plan.ts";
import { groupOf, isAlive, isHead, isReady, isWorker } from "../raycluster/pod-state.ts";
import type { RayClusterView } from "../raycluster/view.ts";
import { type Evidence, firstTroubles } from "./evidence.ts";
import { podEvidence, warnings } from "./pod-evidence.ts";

/** Why a RayCluster is as it is. */
export interface Explanation {
  /** `namespace/name` */
  readonly cluster: string;
  /** One sentence: that it is ready, or what it waits for. */
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
}

/**
 * The chain from a cluster's conditions over its groups and pods to what their containers and events say. Pure.
 *
 * @param events of the cluster's namespace; those about others are passed over
 */
export function explainRayCluster(view: RayClusterView, events: readonly Event[]): Explanation {
  const evidence = [
    ...ofTheSpec(view),
    ...ofTheConditions(view),
    ofTheHead(view, events),
    ...(view.cluster.spec.workerGroupSpecs ?? []).map((group) => ofAGroup(view, group, events)),
    ...warnings(events.filter(({ regarding }) => regarding?.uid === view.cluster.metadata.uid)).map(told),
  ];
  return { cluster: keyOf(nameOf(view.cluster)), sentence: sentenceOf(view, evidence), evidence };
}

function ofTheSpec(view: RayClusterView): readonly Evidence[] {
  const { managedBy } = view.cluster.spec;
  if (!isManagedByOperator(view.cluster)) {
    const says = `is ${managedBy}: another controller looks after this cluster, or none`;
    return [{ about: "spec.managedBy", says, isTrouble: true, because: [] }];
  }
  const problems = problemsOf(view);
  if (problems.length === 0) return [];
  return [{ about: "spec", says: problemsText(problems), isTrouble: true, because: [] }];
}

/** Conditions tell how things stand; why is told by what they are about. */
function ofTheConditions({ cluster }: RayClusterView): readonly Evidence[] {
  const conditions = cluster.status?.conditions ?? [];
  return conditions.map(({ type, status, reason, message, lastTransitionTime }) => ({
    about: `condition ${type}`,
    says: `${status} (${reason}) since ${lastTransitionTime}${message ? `: ${message}` : ""}`,
    isTrouble: type === CONDITION.replicaFailure && status === "True",
    because: [],
  }));
}

function ofTheHead({ cluster, pods }: RayClusterView, events: readonly Event[]): Evidence {
  const heads = pods.filter(isHead);
  const isWanted = !cluster.spec.suspend;
  if (heads.length === 0) {
    return { about: "head", says: "there is no head pod", isTrouble: isWanted, because: [] };
  }
  return withPods("head", { pods: heads, isWanted, wanted: 1, events });
}

function ofAGroup(
  { cluster, pods }: RayClusterView,
  group: WorkerGroupSpec,
  events: readonly Event[],
): Evidence {
  const workers = pods.filter((pod) => isWorker(pod) && groupOf(pod) === group.groupName);
  const wanted = cluster.spec.suspend ? 0 : desiredPods(group);
  return withPods(`group ${group.groupName}`, { pods: workers, isWanted: wanted > 0, wanted, events });
}

interface Members {
  readonly pods: readonly Pod[];
  readonly wanted: number;
  readonly isWanted: boolean;
  readonly events: readonly Event[];
}

/** Ready pods have nothing to explain: they are counted only. */
function withPods(about: string, { pods, wanted, isWanted, events }: Members): Evidence {
  const ready = pods.filter((pod) => isReady(pod) && isAlive(pod)).length;
  return {
    about,
    says: `${ready} of ${wanted} ready`,
    isTrouble: isWanted && ready < wanted,
    because: pods.filter((pod) => !isReady(pod) || !isAlive(pod)).map((pod) => podEvidence(pod, events)),
  };
}

/** A warning about the cluster itself may be of yesterday: it is told, but is no reason. */
function told(evidence: Evidence): Evidence {
  return { ...evidence, isTrouble: false };
}

function sentenceOf({ cluster, pods }: RayClusterView, evidence: readonly Evidence[]): string {
  const chain = firstTroubles(evidence);
  if (chain.length > 0) return `waits: ${chain.map(({ about, says }) => `${about} ${says}`).join("; ")}`;
  if (cluster.spec.suspend) {
    return pods.length === 0 ? "is suspended" : `is being suspended: ${pods.length} pods are still there`;
  }
  const isReadyNow = isConditionTrue(cluster.status?.conditions, CONDITION.headPodReady);
  return isReadyNow ? "is ready" : "is about to be ready: all its pods are";
}
