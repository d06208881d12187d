import {
  type Caches,
  DONE,
  eachAtMost,
  patchStatus,
  type ReconcileContext,
  type Reconciler,
  readOnly,
  watching,
} from "@heliostat/controller";
import {
  type Binding,
  type Condition,
  isEqualJson,
  isKubeError,
  isTerminating,
  type KubeObject,
  keyOf,
  NAMESPACES,
  NODES,
  type Node,
  nameOf,
  PERSISTENT_VOLUME_CLAIMS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type Pod,
  type PodStatus,
  sleep,
  withCondition,
} from "@heliostat/kube";
import type { Index } from "@heliostat/watch-cache";
import { AssumedPods } from "./assumed-pods.ts";
import type { Claims } from "./claims.ts";
import { emptyNode, type NodeView, withPods } from "./node-view.ts";
import type { NamespaceLabels } from "./place.ts";
import { planBindings, type Refusal, type Verdict } from "./plan.ts";
import { PREEMPTED } from "./preemption.ts";

/** Pods by the node they are bound to; under `""` those that wait for one. */
const BY_NODE: Index<Pod> = {
  name: "node of pod",
  valuesOf: (pod) => (hasEnded(pod) ? [] : [pod.spec?.nodeName ?? ""]),
};

/** There is one queue for all: what one pod takes decides what is left for the next. */
const ALL = "waiting pods";
const MAX_IN_FLIGHT = 32;
/** Pods that come together are placed together: counting what is bound costs more than placing one. */
const GATHER_MS = 20;

/**
 * Binds pods to nodes, and says of those that fit nowhere why (Kubernetes' words). All that wait are looked at again
 * whenever a pod comes or gives room back, or a node changes.
 */
export function schedulerReconciler(): Reconciler {
  const assumed = new AssumedPods();
  return {
    name: "default-scheduler",
    watches: [
      watching(NODES, () => [ALL]),
      readOnly(NAMESPACES),
      readOnly(POD_DISRUPTION_BUDGETS),
      watching(PERSISTENT_VOLUME_CLAIMS, () => [ALL]),
      watching(PODS, (pod, { isGone }) => (isWaiting(pod) || hasFreed(pod, isGone) ? [ALL] : [])),
    ],
    async reconcile(_, context) {
      const { caches, clock, signal } = context;
      await sleep(clock, GATHER_MS, signal);
      const waiting = caches.of(PODS).byIndex(BY_NODE, "").filter(isWaiting);
      const nodes = caches
        .of(NODES)
        .list()
        .map((node) => nodeView(node, caches, assumed));
      const verdicts = planBindings(
        waiting.filter((pod) => !assumed.has(pod)),
        nodes,
        {
          namespaces: namespaceLabels(caches),
          budgets: caches.of(POD_DISRUPTION_BUDGETS).list(),
          claims: claimsByKey(caches),
        },
      );
      await followAll(verdicts, assumed, context);
      return DONE;
    },
  };
}

/** One pod's trouble is not another's: all are tried before the first error is thrown. */
async function followAll(
  verdicts: readonly Verdict[],
  assumed: AssumedPods,
  context: ReconcileContext,
): Promise<void> {
  const errors: unknown[] = [];
  await eachAtMost(MAX_IN_FLIGHT, verdicts, (verdict) =>
    follow(verdict, assumed, context).catch((error: unknown) => void errors.push(error)),
  );
  if (errors.length > 0) throw errors[0];
}

async function follow(verdict: Verdict, assumed: AssumedPods, context: ReconcileContext): Promise<void> {
  const { pod } = verdict;
  if ("unschedulable" in verdict) return refuse(verdict, context);
  assumed.assume(pod, verdict.nodeName);
  try {
    await bind(pod, verdict.nodeName, context);
  } catch (error) {
    assumed.forget(pod);
    throw error;
  }
}

function namespaceLabels(caches: Caches): NamespaceLabels {
  const namespaces = caches.of(NAMESPACES).list();
  return new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
}

function claimsByKey(caches: Caches): Claims {
  return new Map(
    caches
      .of(PERSISTENT_VOLUME_CLAIMS)
      .list()
      .map((claim) => [keyOf(nameOf(claim)), claim]),
  );
}

function isWaiting(pod: Pod): boolean {
  const { nodeName, schedulingGates = [], schedulerName = "default-scheduler" } = pod.spec ?? {};
  if (nodeName || isTerminating(pod) || hasEnded(pod)) return false;
  return schedulingGates.length === 0 && schedulerName === "default-scheduler";
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function hasFreed(pod: Pod, isGone: boolean): boolean {
  return Boolean(pod.spec?.nodeName) && (isGone || hasEnded(pod));
}

function nodeView(node: Node, caches: Caches, assumed: AssumedPods): NodeView {
  const { name } = node.metadata;
  const pods = caches.of(PODS);
  return withPods(emptyNode(node), [...pods.byIndex(BY_NODE, name), ...assumed.on(name, pods)]);
}

async function bind(pod: Pod, nodeName: string, { client, events }: ReconcileContext): Promise<void> {
  const binding: Binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { ...nameOf(pod), ...(pod.metadata.uid !== undefined && { uid: pod.metadata.uid }) },
    target: { apiVersion: "v1", kind: "Node", name: nodeName },
  };
  await client.create<KubeObject>(PODS, binding, { subresource: "binding" });
  const note = `Successfully assigned ${keyOf(nameOf(pod))} to ${nodeName}`;
  events.record(pod, { reason: "Scheduled", action: "Binding", note });
}

/** Say so in the pod's condition and in an event, once for each new message, and send away who must make room. */
async function refuse(refusal: Refusal, context: ReconcileContext): Promise<void> {
  const { pod, unschedulable: message, victims = [] } = refusal;
  await sayUnschedulable(refusal, context);
  const isAway = await Promise.allSettled(victims.map((victim) => preempt(victim, refusal, context)));
  const failed = isAway.find((each) => each.status === "rejected");
  if (failed)
    throw new Error(`Cannot make room for ${keyOf(nameOf(pod))}: ${message}`, { cause: failed.reason });
}

async function sayUnschedulable(refusal: Refusal, context: ReconcileContext): Promise<void> {
  const { pod, unschedulable: message, nominatedNodeName } = refusal;
  const before = (pod.status?.conditions ?? []) as readonly Condition[];
  const said = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
  const conditions = withCondition(before, said, context.clock.now());
  const isNominated = (pod.status?.nominatedNodeName ?? "") === (nominatedNodeName ?? "");
  if (isEqualJson(before, conditions) && isNominated) return;
  const { nominatedNodeName: _, ...rest } = pod.status ?? {};
  const status: PodStatus = { ...rest, ...(nominatedNodeName && { nominatedNodeName }), conditions };
  await patchStatus(PODS, pod, { status, client: context.client });
  if (isEqualJson(before, conditions)) return;
  context.events.record(pod, {
    type: "Warning",
    reason: "FailedScheduling",
    action: "Scheduling",
    note: message,
  });
}

/** A pod has its grace period also when it makes room. */
async function preempt(
  victim: Pod,
  { pod, nominatedNodeName = "" }: Refusal,
  { client, clock, events }: ReconcileContext,
): Promise<void> {
  if (isTerminating(victim)) return;
  const before = (victim.status?.conditions ?? []) as readonly Condition[];
  const scheduler = pod.spec?.schedulerName ?? "default-scheduler";
  const message = `${scheduler}: preempting to accommodate a higher priority pod`;
  const target = { type: "DisruptionTarget", status: "True", reason: PREEMPTED, message } as const;
  const status: PodStatus = { ...victim.status, conditions: withCondition(before, target, clock.now()) };
  const { uid } = victim.metadata;
  try {
    await patchStatus(PODS, victim, { status, client });
    await client.delete(PODS, nameOf(victim), uid === undefined ? {} : { preconditions: { uid } });
  } catch (error) {
    if (isKubeError(error, "NotFound")) return;
    throw error;
  }
  const note = `Preempted by pod ${pod.metadata.uid} on node ${nominatedNodeName}`;
  events.record(victim, { reason: "Preempted", action: "Preempting", note });
}
