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
  isTerminating,
  keyOf,
  NODES,
  type Node,
  nameOf,
  PODS,
  type Pod,
  type Taint,
  withCondition,
} from "@heliostat/kube";
import { PODS_BY_NODE } from "./pods-by-node.ts";
import { TaintSightings } from "./taint-sightings.ts";
import { toleratedUntilMs } from "./tolerance.ts";

const MAX_IN_FLIGHT = 16;

/** Pods leave a node whose `NoExecute` taints they do not tolerate, or no longer (Kubernetes: taint eviction). */
export function taintEvictionReconciler(): Reconciler<Node> {
  const sightings = new TaintSightings();
  return {
    name: "taint-eviction-controller",
    resource: NODES,
    watches: [watching(PODS, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []))],
    async reconcile(name, context) {
      const { caches, clock } = context;
      const nowMs = clock.now();
      const taints = sightings.see(name, noExecuteTaints(caches.of(NODES).get(name)), nowMs);
      if (taints.length === 0) return DONE;
      const waits = caches
        .of(PODS)
        .byIndex(PODS_BY_NODE, name)
        .filter((pod) => !isTerminating(pod))
        .map((pod) => ({ pod, waitMs: toleratedUntilMs(pod, taints) - nowMs }));
      const due = waits.filter(({ waitMs }) => waitMs <= 0);
      await eachAtMost(MAX_IN_FLIGHT, due, ({ pod }) => evict(pod, context));
      const nextMs = Math.min(...waits.filter(({ waitMs }) => waitMs > 0).map(({ waitMs }) => waitMs));
      return Number.isFinite(nextMs) ? lookAgain(nextMs) : DONE;
    },
  };
}

function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}

async function evict(pod: Pod, { client, clock, events }: ReconcileContext): Promise<void> {
  const note = `Marking for deletion Pod ${keyOf(nameOf(pod))}`;
  events.record(pod, { reason: "TaintManagerEviction", action: "Evicting", note });
  const message = "Taint manager: deleting due to NoExecute taint";
  const target = {
    type: "DisruptionTarget",
    status: "True",
    reason: "DeletionByTaintManager",
    message,
  } as const;
  const before = (pod.status?.conditions ?? []) as readonly Condition[];
  const status = { ...pod.status, conditions: withCondition(before, target, clock.now()) };
  const { uid } = pod.metadata;
  try {
    await patchStatus(PODS, pod, { status, client });
    await client.delete(PODS, nameOf(pod), uid === undefined ? {} : { preconditions: { uid } });
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
  }
}
