import {
  type Clock,
  type Json,
  type KubeClient,
  NODES,
  nameOf,
  type PatchOptions,
  PODS,
  type Pod,
  timestamp,
} from "@heliostat/kube";

/**
 * Say of every stored node, and of the pods on it, that they are not ready.
 *
 * A state folder that is opened again is a machine after a reboot: nothing runs, whatever the last status says. This
 * is what Kubernetes' node lifecycle controller writes when a node falls silent; a kubelet that starts again takes it
 * back, pod by pod.
 */
export async function markNodesDown(client: KubeClient, clock: Clock): Promise<void> {
  const lastTransitionTime = timestamp(clock.now());
  const { items: nodes } = await client.list(NODES);
  const silentNode = withCondition({ ...SILENT_NODE, lastTransitionTime });
  for (const node of nodes) await client.patch(NODES, nameOf(node), silentNode);
  const { items: pods } = await client.list(PODS);
  const notReady = withCondition({ ...NOT_READY, lastTransitionTime });
  for (const pod of pods.filter(isBelievedToRun)) await client.patch(PODS, nameOf(pod), notReady);
}

const SILENT_NODE = {
  type: "Ready",
  status: "Unknown",
  reason: "NodeStatusUnknown",
  message: "Kubelet stopped posting node status.",
} as const;

const NOT_READY = { type: "Ready", status: "False", reason: "NodeNotReady" } as const;

function isBelievedToRun({ spec, status }: Pod): boolean {
  return spec?.nodeName !== undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

/** Conditions are merged by their type: the others stay. */
function withCondition(condition: object): PatchOptions {
  const body = { status: { conditions: [condition] } } as unknown as Json;
  return { subresource: "status", patch: { type: "strategic", body } };
}
