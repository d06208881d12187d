import {
  type Caches,
  DONE,
  patchStatus,
  type Reconciler,
  type ReconcileContext,
  type ReconcileResult,
} from "@heliostat/controller";
import {
  type Binding,
  type Condition,
  isTerminating,
  type KubeObject,
  keyOf,
  NODES,
  nameOf,
  PODS,
  type Pod,
  withCondition,
} from "@heliostat/kube";
import type { Index } from "@heliostat/watch-cache";
import { hostPortsOf, type NodeView, planBinding } from "./plan.ts";
import { type Amounts, requestsOf, sum } from "./requests.ts";

/** Pods by the node they are bound to; under `""` those that wait for one. */
const BY_NODE: Index<Pod> = {
  name: "node of pod",
  valuesOf: (pod) => (hasEnded(pod) ? [] : [pod.spec?.nodeName ?? ""]),
};

/**
 * Binds pods to nodes.
 *
 * Pods that were chosen for but whose binding the cache does not show yet count as bound: between the choice and the
 * answer of the API other pods are looked at.
 */
export function schedulerReconciler(): Reconciler<Pod> {
  const assumed = new Assumptions();
  return {
    name: "default-scheduler",
    resource: PODS,
    isRelevant: ({ after }) => after !== undefined && isWaiting(after),
    watches: [
      { resource: NODES, toKeys: (_, { caches }) => waitingKeys(caches) },
      { resource: PODS, toKeys: (pod, { caches, isGone }) => (hasFreedRoom(pod, isGone) ? waitingKeys(caches) : []) },
    ],
    async reconcile(key, context) {
      const pod = context.caches.of(PODS).get(key);
      if (!pod || !isWaiting(pod) || assumed.nodeOf(pod) !== undefined) return DONE;
      const nodes = context.caches.of(NODES).list();
      const requests = requestsOf(pod);
      const nodeViews = nodes.map((node) => {
        const name = node.metadata.name;
        const bound = context.caches.of(PODS).byIndex(BY_NODE, name);
        return { node, ...usageBy([...bound, ...assumed.podsOn(name, bound)]) };
      });
      const verdict = planBinding({ pod, requests, nodes: nodeViews });
      if ("unschedulable" in verdict) return refuse(pod, verdict.unschedulable, context);
      return assumed.during(pod, verdict.nodeName, () => bind(pod, verdict.nodeName, context));
    },
  };
}

class Assumptions {}

function isWaiting(pod: Pod): boolean {
  const { nodeName, schedulingGates = [], schedulerName = "default-scheduler" } = pod.spec ?? {};
  if (isTerminating(pod) || hasEnded(pod)) return false;
  return !nodeName && schedulingGates.length === 0 && schedulerName === "default-scheduler";
}
