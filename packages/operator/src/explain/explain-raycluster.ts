import { type Event, keyOf, nameOf, type Pod } from "@heliostat/kube";
import { CONDITION, desiredPods, isManagedByOperator, type WorkerGroupSpec } from "@heliostat/ray";
import { groupOf, isAlive, isHead, isReady, isWorker } from "../raycluster/pod-state.ts";
import { obstaclesOf } from "../raycluster/problems.ts";
import { whyNotReady } from "../raycluster/status/why.ts";
import type { RayClusterView } from "../raycluster/view.ts";
import type { Finding } from "./finding.ts";
import { podFinding, warnings } from "./pod-findings.ts";

/** Why a RayCluster is as it is. */
export interface Explanation {
  /** `namespace/name` */
  readonly cluster: string;
  /** What the cluster waits for, as its status says it, or that it is as it should be. */
  readonly sentence: string;
  readonly findings: readonly Finding[];
}

/**
 * The chain from a cluster's conditions over its groups and pods to what their containers and events say. Pure.
 *
 * @param events of the cluster's namespace; those about others are passed over
 */
export function explainRayCluster(view: RayClusterView, events: readonly Event[]): Explanation {
  const findings = [
    ...ofTheSpec(view),
    ...ofTheConditions(view),
    ofTheHead(view, events),
    ...(view.cluster.spec.workerGroupSpecs ?? []).map((group) => ofAGroup(view, group, events)),
    ...warnings(events.filter(({ regarding }) => regarding?.uid === view.cluster.metadata.uid)).map(told),
  ];
  const sentence = sentenceOf(view);
  return { cluster: keyOf(nameOf(view.cluster)), sentence, findings };
}

function sentenceOf(view: RayClusterView): string {
  const { managedBy } = view.cluster.spec;
  if (!isManagedByOperator(view.cluster)) return `Another controller looks after the cluster: ${managedBy}`;
  return whyNotReady(view)?.sentence ?? "The cluster is as its spec asks";
}

function ofTheSpec(view: RayClusterView): readonly Finding[] {
  if (!isManagedByOperator(view.cluster)) return [];
  return obstaclesOf(view).map(({ sentence }) => ({
    about: "spec",
    says: sentence,
    isTrouble: true,
    because: [],
  }));
}

/** Conditions tell how things stand; why is told by what they are about. */
function ofTheConditions({ cluster }: RayClusterView): readonly Finding[] {
  const conditions = cluster.status?.conditions ?? [];
  return conditions.map(({ type, status, reason, message, lastTransitionTime }) => ({
    about: `condition ${type}`,
    says: `${status} (${reason}) since ${lastTransitionTime}${message ? `: ${message}` : ""}`,
    isTrouble: type === CONDITION.replicaFailure && status === "True",
    because: [],
  }));
}

function ofTheHead({ cluster, pods }: RayClusterView, events: readonly Event[]): Finding {
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
): Finding {
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
function withPods(about: string, { pods, wanted, isWanted, events }: Members): Finding {
  const ready = pods.filter((pod) => isReady(pod) && isAlive(pod)).length;
  return {
    about,
    says: `${ready} of ${wanted} ready`,
    isTrouble: isWanted && ready < wanted,
    because: pods.filter((pod) => !isReady(pod) || !isAlive(pod)).map((pod) => podFinding(pod, events)),
  };
}

/** A warning about the cluster itself may be of yesterday: it is told, but is no reason. */
function told(findings: Finding): Finding {
  return { ...findings, isTrouble: false };
}
