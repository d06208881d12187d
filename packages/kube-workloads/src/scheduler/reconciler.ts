import {
  type Caches,
  DONE,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  watching,
} from "@heliostat/controller";
import {
  type Binding,
  type Condition,
  isEqualJson,
  isTerminating,
  type KubeObject,
  keyOf,
  NODES,
  type Node,
  nameOf,
  PODS,
  type Pod,
  type PodStatus,
  withCondition,
} from "@heliostat/kube";
import type { Index } from "@heliostat/watch-cache";
import { AssumedPods } from "./assumed-pods.ts";
import { hostPortsOf, type NodeView, planBinding, type SchedulingView } from "./plan.ts";
import { requestsOf, sum } from "./requests.ts";

/** Pods by the node they are bound to; under `""` those that wait for one. */
const BY_NODE: Index<Pod> = {
  name: "node of pod",
  valuesOf: (pod) => (hasEnded(pod) ? [] : [pod.spec?.nodeName ?? ""]),
};

/**
 * Binds pods to nodes, and says of those that fit nowhere why (Kubernetes' words). They are looked at again whenever a
 * node changes or a pod gives room back.
 */
export function schedulerReconciler(): Reconciler<Pod> {
  const assumed = new AssumedPods();
  return {
    name: "default-scheduler",
    resource: PODS,
    isRelevant: ({ after }) => after !== undefined && isWaiting(after),
    watches: [
      watching(NODES, (_, { caches }) => waitingKeys(caches)),
      watching(PODS, (pod, { caches, isGone }) => (hasFreed(pod, isGone) ? waitingKeys(caches) : [])),
    ],
    async reconcile(key, context) {
      const pod = context.caches.of(PODS).get(key);
      if (!pod || !isWaiting(pod) || assumed.has(pod)) return DONE;
      const verdict = planBinding(viewOf(pod, context.caches, assumed));
      if ("unschedulable" in verdict) return refuse(pod, verdict.unschedulable, context);
      assumed.assume(pod, verdict.nodeName);
      try {
        await bind(pod, verdict.nodeName, context);
      } catch (error) {
        assumed.forget(pod);
        throw error;
      }
      return DONE;
    },
  };
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

function waitingKeys(caches: Caches): readonly string[] {
  return caches
    .of(PODS)
    .byIndex(BY_NODE, "")
    .map((pod) => keyOf(nameOf(pod)));
}

function viewOf(pod: Pod, caches: Caches, assumed: AssumedPods): SchedulingView {
  const nodes = caches.of(NODES).list();
  return { pod, requests: requestsOf(pod), nodes: nodes.map((node) => nodeView(node, caches, assumed)) };
}

function nodeView(node: Node, caches: Caches, assumed: AssumedPods): NodeView {
  const { name } = node.metadata;
  const pods = caches.of(PODS);
  const taken = [...pods.byIndex(BY_NODE, name), ...assumed.on(name, pods)];
  return {
    node,
    used: sum(taken.map(requestsOf)),
    podCount: taken.length,
    hostPorts: new Set(taken.flatMap(hostPortsOf)),
  };
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

/** Say so in the pod's condition and in an event, once for each new message. */
async function refuse(pod: Pod, message: string, context: ReconcileContext): Promise<ReconcileResult> {
  const before = (pod.status?.conditions ?? []) as readonly Condition[];
  const refusal = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
  const conditions = withCondition(before, refusal, context.clock.now());
  if (isEqualJson(before, conditions)) return DONE;
  const status: PodStatus = { ...pod.status, conditions };
  await patchStatus(PODS, pod, { status, client: context.client });
  context.events.record(pod, {
    type: "Warning",
    reason: "FailedScheduling",
    action: "Scheduling",
    note: message,
  });
  return DONE;
}
