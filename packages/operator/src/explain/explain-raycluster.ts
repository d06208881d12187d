import { type Event, keyOf, nameOf, type Pod } from "@heliostat/kube";
import { CONDITION, desiredPods, isManagedByOperator, type WorkerGroupSpec } from "@heliostat/ray";
import { groupOf, isAlive, isHead, isReady, isWorker } from "../raycluster/pod-state.ts";
import { obstaclesOf } from "../raycluster/problems.ts";
import { whyNotReady } from "../raycluster/status/why.ts";
import type { RayClusterView } from "../raycluster/view.ts";
import type { Finding } from "./finding.ts";
import { heldUp } from "./held-up.ts";
import type { LastWords } from "./last-words.ts";
import { podFinding, warnings } from "./pod-findings.ts";

/** Why a RayCluster is as it is. */
export interface Explanation {
  /** `namespace/name` */
  readonly cluster: string;
  /** What the cluster waits for, as its status says it, or that it is as it should be. */
  readonly sentence: string;
  readonly findings: readonly Finding[];
}

/** What is known besides the objects themselves. */
export interface Hearsay {
  /** Of the cluster's namespace; those about others are passed over. */
  readonly events: readonly Event[];
  /** @default nobody has read the logs */
  readonly lastWords?: LastWords;
}

/** The chain from a cluster's conditions over its groups and pods to what their containers, events and logs say. Pure. */
export function explainRayCluster(view: RayClusterView, hearsay: Hearsay): Explanation {
  const { events } = hearsay;
  const findings = [
    ...ofTheSpec(view),
    ...ofTheConditions(view),
    ofTheHead(view, hearsay),
    ...(view.cluster.spec.workerGroupSpecs ?? []).map((group) => ofAGroup(view, group, hearsay)),
    ...warnings(events.filter(({ regarding }) => regarding?.uid === view.cluster.metadata.uid)).map(told),
  ];
  const sentence = sentenceOf(view, events);
  return { cluster: keyOf(nameOf(view.cluster)), sentence, findings };
}

/** The status does not know what only events tell: what keeps pods from their containers. */
function sentenceOf(view: RayClusterView, events: readonly Event[]): string {
  const { managedBy } = view.cluster.spec;
  if (!isManagedByOperator(view.cluster)) return `Another controller looks after the cluster: ${managedBy}`;
  const why = whyNotReady(view);
  if (!why) return "The cluster is as its spec asks";
  return why.isStuck ? why.sentence : (heldUp(view.pods, events) ?? why.sentence);
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

function ofTheHead({ cluster, pods }: RayClusterView, hearsay: Hearsay): Finding {
  const heads = pods.filter(isHead);
  const isWanted = !cluster.spec.suspend;
  if (heads.length === 0) {
    return { about: "head", says: "there is no head pod", isTrouble: isWanted, because: [] };
  }
  return withPods("head", { pods: heads, isWanted, wanted: 1, hearsay });
}

function ofAGroup({ cluster, pods }: RayClusterView, group: WorkerGroupSpec, hearsay: Hearsay): Finding {
  const workers = pods.filter((pod) => isWorker(pod) && groupOf(pod) === group.groupName);
  const wanted = cluster.spec.suspend ? 0 : desiredPods(group);
  return withPods(`group ${group.groupName}`, { pods: workers, isWanted: wanted > 0, wanted, hearsay });
}

interface Members {
  readonly pods: readonly Pod[];
  readonly wanted: number;
  readonly isWanted: boolean;
  readonly hearsay: Hearsay;
}

/** Ready pods have nothing to explain: they are counted only. */
function withPods(about: string, { pods, wanted, isWanted, hearsay }: Members): Finding {
  const ready = pods.filter((pod) => isReady(pod) && isAlive(pod)).length;
  return {
    about,
    says: `${ready} of ${wanted} ready`,
    isTrouble: isWanted && ready < wanted,
    because: pods.filter((pod) => !isReady(pod) || !isAlive(pod)).map((pod) => podFinding(pod, hearsay)),
  };
}

/** A warning about the cluster itself may be of yesterday: it is told, but is no reason. */
function told(findings: Finding): Finding {
  return { ...findings, isTrouble: false };
}
