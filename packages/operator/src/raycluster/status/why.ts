import type { FailedAction } from "@heliostat/controller";
import { isKubeError, isTerminating, keyOf, nameOf, type Pod, timestamp } from "@heliostat/kube";
import { CONDITION, CONDITION_REASON, desiredPods, HEAD_GROUP, type RayCluster } from "@heliostat/ray";
import { groupOf, isAlive, isHead, isReady, isWorker } from "../pod-state.ts";
import { obstaclesOf } from "../problems.ts";
import { isSuspending } from "../suspension.ts";
import { cleanupDeadlineMs, hasCleanupFinalizer } from "../view/cleanup-deadline.ts";
import type { RayClusterView } from "../view.ts";
import { workersReadiness } from "./completeness.ts";
import { type PodTrouble, podFacts, podTrouble } from "./pod-trouble.ts";

/** What a cluster waits for. */
export interface Why {
  /** For machines: reason of the conditions that tell of it. */
  readonly reason: string;
  readonly sentence: string;
  /** Whether waiting alone will hardly mend it: somebody has to do something. */
  readonly isStuck: boolean;
  /** What the sentence rests on, from the cluster down to what is at fault. */
  readonly evidence: readonly Evidence[];
}

/** One fact, and the object that says so. */
export interface Evidence {
  /** `Pod default/demo-head-x7k2p` */
  readonly about: string;
  readonly says: string;
}

/** What the API refused to do for a cluster. */
export interface Refusal {
  readonly reason: string;
  readonly sentence: string;
}

/**
 * Why a cluster is not as its spec asks, in one sentence; `undefined` when it is. Pure.
 *
 * Several things may be amiss at once. The sentence names the one that the others follow from: first what keeps the
 * operator itself from going on, then what keeps the head, for which all workers wait, then the workers.
 */
export function whyNotReady(view: RayClusterView): Why | undefined {
  return whyGiven(view, refusalIn(view.cluster));
}

/** The same for who knows what the API has just refused, or that it has refused nothing; the status is not asked. */
export function whyGiven(view: RayClusterView, refusal: Refusal | undefined): Why | undefined {
  for (const cause of CAUSES) {
    const why = cause(view, refusal);
    if (why) return { ...why, evidence: [wishOf(view.cluster), ...why.evidence] };
  }
  return undefined;
}

/** A failure in words, if it is the API's answer and not only a sign to look again or to be patient. */
export function refusalOf(failed: FailedAction | undefined): Refusal | undefined {
  if (!failed || !isKubeError(failed.error, "Forbidden", "Invalid", "BadRequest", "Unauthorized"))
    return undefined;
  const { action, error } = failed;
  const isQuota = error.message.includes("exceeded quota");
  return {
    reason: isQuota ? CONDITION_REASON.quotaExceeded : CONDITION_REASON.refused,
    sentence: `The API refuses to ${action.do} ${action.resource.kind}: ${error.message}`,
  };
}

type Cause = (view: RayClusterView, refusal: Refusal | undefined) => Why | undefined;

/** The most telling first. */
const CAUSES: readonly Cause[] = [
  whyDeleting,
  whyBlocked,
  whyRefused,
  whySuspended,
  whyHeadMissing,
  (view) => whyHead(view, (trouble) => trouble.isStuck),
  (view) => whyWorkers(view, (trouble) => trouble.isStuck),
  (view) => whyHead(view, () => true),
  whyWorkersMissing,
  (view) => whyWorkers(view, () => true),
  whyEnding,
];

function refusalIn({ status }: RayCluster): Refusal | undefined {
  const { degraded } = CONDITION;
  const { quotaExceeded, refused } = CONDITION_REASON;
  const condition = (status?.conditions ?? []).find(({ type }) => type === degraded);
  if (condition?.status !== "True" || ![quotaExceeded, refused].some((each) => each === condition.reason)) {
    return undefined;
  }
  return { reason: condition.reason, sentence: condition.message };
}

function whyDeleting(view: RayClusterView): Why | undefined {
  const { cluster, pods } = view;
  if (!isTerminating(cluster)) return undefined;
  const finalizers = cluster.metadata.finalizers ?? [];
  const sentence = hasCleanupFinalizer(cluster)
    ? `The cluster is being deleted: ${cleanupStage(view)}`
    : `The cluster is being deleted and waits for ${finalizers.join(", ") || "what it owns"}`;
  return {
    reason: CONDITION_REASON.deleting,
    sentence,
    isStuck: false,
    evidence: [
      { about: aboutOf(cluster), says: `has the finalizers ${finalizers.join(", ") || "of nobody"}` },
      ...pods.flatMap(factsOf),
    ],
  };
}

function cleanupStage(view: RayClusterView): string {
  const heads = view.pods.filter(isHead).length;
  if (heads > 0) return "its head has yet to end before Redis is emptied";
  const until = timestamp(cleanupDeadlineMs(view.cluster));
  return `its state in Redis is being deleted, until ${until} at most`;
}

function whyBlocked(view: RayClusterView): Why | undefined {
  const [obstacle] = obstaclesOf(view);
  if (!obstacle) return undefined;
  const { reason, sentence } = obstacle;
  const evidence = obstaclesOf(view).map((each) => ({ about: aboutOf(view.cluster), says: each.sentence }));
  return { reason, sentence, isStuck: true, evidence };
}

function whyRefused({ cluster }: RayClusterView, refusal: Refusal | undefined): Why | undefined {
  if (!refusal) return undefined;
  const { reason, sentence } = refusal;
  return { reason, sentence, isStuck: true, evidence: [{ about: aboutOf(cluster), says: sentence }] };
}

function whySuspended(view: RayClusterView): Why | undefined {
  if (!isSuspending(view)) return undefined;
  const { pods } = view;
  const isDone = pods.length === 0;
  return {
    reason: isDone ? CONDITION_REASON.suspended : CONDITION_REASON.suspending,
    sentence: isDone
      ? "The cluster is suspended: spec.suspend is true"
      : `The cluster is being suspended: ${count(pods.length, "pod has", "pods have")} yet to end`,
    isStuck: false,
    evidence: pods.flatMap(factsOf),
  };
}

function whyHeadMissing({ pods }: RayClusterView): Why | undefined {
  if (pods.some((pod) => isHead(pod) && isAlive(pod))) return undefined;
  const [ending] = pods.filter(isHead);
  const sentence = ending
    ? `The head, pod ${ending.metadata.name}, has yet to end before there is another`
    : "The cluster has no head yet";
  return {
    reason: ending ? CONDITION_REASON.ending : CONDITION_REASON.headPodNotFound,
    sentence,
    isStuck: false,
    evidence: ending ? factsOf(ending) : [],
  };
}

function whyHead({ pods }: RayClusterView, isTelling: (trouble: PodTrouble) => boolean): Why | undefined {
  const head = pods.find((pod) => isHead(pod) && isAlive(pod));
  const trouble = head && podTrouble(head);
  if (!head || !trouble || !isTelling(trouble)) return undefined;
  return {
    ...trouble,
    sentence: `The head, pod ${head.metadata.name}, ${trouble.says}`,
    evidence: factsOf(head),
  };
}

function whyWorkers(view: RayClusterView, isTelling: (trouble: PodTrouble) => boolean): Why | undefined {
  const troubled = view.pods
    .filter((pod) => isWorker(pod) && isAlive(pod) && !isReady(pod))
    .flatMap((pod) => {
      const trouble = podTrouble(pod);
      return trouble && isTelling(trouble) ? [{ pod, trouble }] : [];
    });
  const [first] = troubled;
  if (!first) return undefined;
  const alike = troubled.filter(
    ({ pod, trouble }) => trouble.reason === first.trouble.reason && groupOf(pod) === groupOf(first.pod),
  );
  return {
    reason: first.trouble.isStuck ? first.trouble.reason : CONDITION_REASON.workersNotReady,
    sentence: first.trouble.isStuck
      ? `${whoOf(alike.map(({ pod }) => pod))} ${first.trouble.says}`
      : `${progressOf(view)}; worker ${first.pod.metadata.name} ${first.trouble.says}`,
    isStuck: first.trouble.isStuck,
    evidence: alike.flatMap(({ pod }) => factsOf(pod)),
  };
}

function whyWorkersMissing(view: RayClusterView): Why | undefined {
  const groups = view.cluster.spec.workerGroupSpecs ?? [];
  const lacking = groups.flatMap((group) => {
    const alive = view.pods.filter((pod) => groupOf(pod) === group.groupName && isAlive(pod)).length;
    return alive < desiredPods(group) ? [{ group, alive }] : [];
  });
  if (lacking.length === 0) return undefined;
  return {
    reason: CONDITION_REASON.workersNotReady,
    sentence: progressOf(view),
    isStuck: false,
    evidence: lacking.map(({ group, alive }) => ({
      about: `group ${group.groupName}`,
      says: `has ${alive} of ${desiredPods(group)} pods`,
    })),
  };
}

function whyEnding(view: RayClusterView): Why | undefined {
  const known = new Set([
    HEAD_GROUP,
    ...(view.cluster.spec.workerGroupSpecs ?? []).map((each) => each.groupName),
  ]);
  const ending = view.pods.filter((pod) => !isAlive(pod) || !known.has(groupOf(pod)));
  if (ending.length === 0) return undefined;
  return {
    reason: CONDITION_REASON.ending,
    sentence: `${count(ending.length, "pod has", "pods have")} yet to end that the cluster no longer wants`,
    isStuck: false,
    evidence: ending.flatMap(factsOf),
  };
}

function progressOf(view: RayClusterView): string {
  const { ready, wanted } = workersReadiness(view);
  return `${ready} of ${count(wanted, "worker is", "workers are")} ready`;
}

function whoOf(pods: readonly Pod[]): string {
  const [first] = pods;
  if (!first) return "";
  const group = `of group ${groupOf(first)}`;
  if (pods.length === 1) return `Worker ${first.metadata.name} ${group}`;
  return `${pods.length} workers ${group}, such as ${first.metadata.name}, are held up: one`;
}

function wishOf(cluster: RayCluster): Evidence {
  const groups = cluster.spec.workerGroupSpecs ?? [];
  const workers = groups.map((group) => `${desiredPods(group)} of ${group.groupName}`);
  return { about: aboutOf(cluster), says: `asks for a head and workers: ${workers.join(", ") || "none"}` };
}

function factsOf(pod: Pod): readonly Evidence[] {
  return podFacts(pod).map((says) => ({ about: aboutOf(pod), says }));
}

function aboutOf(object: RayCluster | Pod): string {
  return `${object.kind} ${keyOf(nameOf(object))}`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
