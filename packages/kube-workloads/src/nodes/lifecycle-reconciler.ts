import {
  DONE,
  lookAgain,
  patchStatus,
  type ReconcileContext,
  type Reconciler,
  readOnly,
  watching,
} from "@heliostat/controller";
import {
  type Condition,
  conditionOf,
  type Json,
  keyOf,
  LEASES,
  type Lease,
  NODES,
  type Node,
  type NodeCondition,
  PODS,
  type Pod,
  timestamp,
} from "@heliostat/kube";
import { isReady } from "../pods/pod-state.ts";
import { Heartbeats } from "./heartbeats.ts";
import { hasNewTaints, NODE_GRACE_MS, type NodeHealth, nodeHealth, STARTUP_GRACE_MS } from "./node-health.ts";
import { PODS_BY_NODE } from "./pods-by-node.ts";

/** Later than this nobody wakes who was not asleep. */
const LATE_MS = 10_000;

/** Where kubelets renew their leases (Kubernetes convention). */
const LEASE_NAMESPACE = "kube-node-lease";

/**
 * Watches over nodes: one that is not heard of for too long is not ready, and neither are its pods; what the conditions of
 * a node say, its taints say too.
 */
export function nodeLifecycleReconciler(): Reconciler<Node> {
  const heartbeats = new Heartbeats(STARTUP_GRACE_MS + LATE_MS);
  return {
    name: "node-controller",
    resource: NODES,
    watches: [
      watching(LEASES, ({ metadata: { namespace, name } }) => (namespace === LEASE_NAMESPACE ? [name] : [])),
      readOnly(PODS),
    ],
    async reconcile(name, context) {
      const { caches, clock } = context;
      const node = caches.of(NODES).get(name);
      if (!node) {
        heartbeats.forget(name);
        return DONE;
      }
      const nowMs = clock.now();
      const lease = caches.of(LEASES).get(keyOf({ namespace: LEASE_NAMESPACE, name }));
      const silenceMs = heartbeats.silenceMs(name, signOfLife(node, lease), nowMs);
      const graceMs = readyOf(node) ? NODE_GRACE_MS : STARTUP_GRACE_MS;
      const isSilent = silenceMs >= graceMs;
      await bringAbout(node, nodeHealth(node, { isSilent, nowMs }), context);
      return isSilent ? DONE : lookAgain(graceMs - silenceMs);
    },
  };
}

/** A node is heard of by its lease or by its status (Kubernetes rule). */
function signOfLife(node: Node, lease: Lease | undefined): string {
  return `${lease?.spec?.renewTime ?? ""} ${readyOf(node)?.lastHeartbeatTime ?? ""}`;
}

function readyOf({ status }: Node): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready");
}

async function bringAbout(node: Node, health: NodeHealth, context: ReconcileContext): Promise<void> {
  const { client } = context;
  const wasReady = isNodeReady(node.status?.conditions as readonly Condition[] | undefined);
  if (hasNewTaints(node, health)) {
    const { name, resourceVersion = "" } = node.metadata;
    const taints = health.taints.length > 0 ? health.taints : null;
    const body = { metadata: { resourceVersion }, spec: { taints } } as unknown as Json;
    await client.patch(NODES, { name }, { patch: { type: "merge", body } });
  }
  const conditions = health.conditions as NonNullable<NonNullable<Node["status"]>["conditions"]>;
  const seen = context.caches.of(NODES).get(node.metadata.name) ?? node;
  const status = { ...seen.status, conditions };
  const isChanged = await patchStatus(NODES, seen, { status, client });
  if (wasReady && isChanged) sayNotReady(node, context);
  if (!isNodeReady(health.conditions as readonly Condition[])) await markPodsNotReady(node, health, context);
}

function isNodeReady(conditions: readonly Condition[] | undefined): boolean {
  return conditionOf(conditions, "Ready")?.status === "True";
}

function sayNotReady(node: Node, { events }: ReconcileContext): void {
  const note = `Node ${node.metadata.name} status is now: NodeNotReady`;
  events.record(node, { reason: "NodeNotReady", action: "NodeNotReady", note });
}

/** Nobody answers for the pods of a node that is silent. A kubelet that says itself that it is not ready does. */
async function markPodsNotReady(node: Node, health: NodeHealth, context: ReconcileContext): Promise<void> {
  const ready = conditionOf(health.conditions as readonly Condition[], "Ready");
  if (ready?.status !== "Unknown") return;
  const pods = context.caches.of(PODS).byIndex(PODS_BY_NODE, node.metadata.name);
  for (const pod of pods) if (isReady(pod)) await markNotReady(pod, context);
}

async function markNotReady(pod: Pod, { client, clock, events }: ReconcileContext): Promise<void> {
  const lastTransitionTime = timestamp(clock.now());
  const conditions = (pod.status?.conditions ?? []).map((each) =>
    each.type === "Ready" ? { ...each, status: "False", lastTransitionTime } : each,
  );
  await patchStatus(PODS, pod, { status: { ...pod.status, conditions }, client });
  const note = "Node is not ready";
  events.record(pod, { type: "Warning", reason: "NodeNotReady", action: "NodeNotReady", note });
}
