import { text } from "node:stream/consumers";
import { isTerminating, type KubeClient, type NodePort, PODS, type Pod } from "@heliostat/kube";
import { type IdleWorkers, LABEL, NODE_TYPE, type RayCluster, RayError } from "@heliostat/ray";

export interface IdleWorkersOptions {
  readonly client: KubeClient;
  /** Runs a command in the head; it takes the right to create `pods/exec`. */
  readonly node: NodePort;
}

/**
 * Asks Ray itself, in the head's container, for how long each worker has had nothing to do. Its dashboard does not tell.
 */
export function idleWorkers({ client, node }: IdleWorkersOptions): IdleWorkers {
  return {
    async idleSeconds(cluster, { signal } = {}) {
      const { name, namespace = "" } = cluster.metadata;
      const labelSelector = `${LABEL.cluster}=${name},${LABEL.nodeType}=${NODE_TYPE.head}`;
      const { items } = await client.list(PODS, { namespace, labelSelector, ...(signal && { signal }) });
      const where = { namespace, ...headContainer(cluster, items) };
      const session = await node.exec(where, { command: QUESTION, ...(signal && { signal }) });
      const [said, exitCode] = await Promise.all([text(session.stdout), session.exitCode]);
      if (exitCode !== 0)
        throw new RayError("Unavailable", `Cannot ask Ray who is idle: exit code ${exitCode}`);
      return idleSecondsIn(said);
    },
  };
}

/** What the question's answer means. Ray may have said something before it. @throws RayError when it is no answer */
export function idleSecondsIn(said: string): ReadonlyMap<string, number> {
  const answer = said.trim().split("\n").at(-1) ?? "";
  try {
    const idleMs = Object.entries(JSON.parse(answer) as Readonly<Record<string, number>>);
    return new Map(idleMs.map(([pod, milliseconds]) => [pod, milliseconds / 1000]));
  } catch (cause) {
    throw new RayError("Unavailable", `Cannot ask Ray who is idle: it says "${answer}"`, { cause });
  }
}

function headContainer(
  { metadata }: RayCluster,
  pods: readonly Pod[],
): { readonly name: string; readonly container: string } {
  const head = pods.find((pod) => !isTerminating(pod) && pod.status?.phase === "Running");
  const [container] = head?.spec?.containers ?? [];
  if (head && container) return { name: head.metadata.name, container: container.name };
  throw new RayError(
    "Unavailable",
    `Cannot ask Ray who is idle: cluster ${metadata.name} has no running head`,
  );
}

/** The cluster's name for a node is that of its pod (`RAY_CLOUD_INSTANCE_ID`). */
const QUESTION: readonly string[] = [
  "python",
  "-c",
  `import json, os
from ray.autoscaler.v2.sdk import get_cluster_status
nodes = get_cluster_status(os.environ["RAY_ADDRESS"]).idle_nodes
print(json.dumps({n.instance_id: n.resource_usage.idle_time_ms for n in nodes if n.resource_usage}))`,
];
