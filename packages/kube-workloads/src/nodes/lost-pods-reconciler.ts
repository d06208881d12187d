import {
  DONE,
  eachAtMost,
  lookAgain,
  patchStatus,
  type ReconcileContext,
  type Reconciler,
  watching,
} from "@heliostat/controller";
import {
  type Condition,
  isKubeError,
  NODES,
  type Node,
  nameOf,
  PODS,
  type Pod,
  withCondition,
} from "@heliostat/kube";
import type { Index } from "@heliostat/watch-cache";
import { hasEnded } from "../pods/pod-state.ts";

/** A node may be registered again, by a kubelet that starts anew (Kubernetes: pod garbage collector). */
const QUARANTINE_MS = 40_000;
const MAX_IN_FLIGHT = 16;

/** All pods that are bound, by node. */
const BOUND_TO: Index<Pod> = {
  name: "node that a pod is bound to",
  valuesOf: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []),
};

/** Takes away the pods of nodes that are not there, deleted or misspelt: no kubelet will ever do it. */
export function lostPodsReconciler(): Reconciler<Node> {
  const goneSinceMs = new Map<string, number>();
  return {
    name: "pod-garbage-collector",
    resource: NODES,
    isRelevant: ({ before, after }) => before === undefined || after === undefined,
    watches: [watching(PODS, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []))],
    async reconcile(name, context) {
      const { caches, clock } = context;
      const pods = caches.of(NODES).get(name) ? [] : caches.of(PODS).byIndex(BOUND_TO, name);
      if (pods.length === 0) {
        goneSinceMs.delete(name);
        return DONE;
      }
      const sinceMs = goneSinceMs.get(name) ?? clock.now();
      goneSinceMs.set(name, sinceMs);
      const waitMs = sinceMs + QUARANTINE_MS - clock.now();
      if (waitMs > 0) return lookAgain(waitMs);
      await eachAtMost(MAX_IN_FLIGHT, pods, (pod) => takeAway(pod, context));
      return DONE;
    },
  };
}

/** Whatever waits for the pod is to see that it has failed before it is gone. */
async function takeAway(pod: Pod, { client, clock }: ReconcileContext): Promise<void> {
  const { uid } = pod.metadata;
  const preconditions = uid === undefined ? {} : { preconditions: { uid } };
  try {
    if (!hasEnded(pod)) await patchStatus(PODS, pod, { status: lostStatus(pod, clock.now()), client });
    await client.delete(PODS, nameOf(pod), { gracePeriodSeconds: 0, ...preconditions });
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
  }
}

function lostStatus({ status }: Pod, nowMs: number): NonNullable<Pod["status"]> {
  const message = "PodGC: node no longer exists";
  const target = { type: "DisruptionTarget", status: "True", reason: "DeletionByPodGC", message } as const;
  const before = (status?.conditions ?? []) as readonly Condition[];
  return { ...status, phase: "Failed", conditions: withCondition(before, target, nowMs) };
}
