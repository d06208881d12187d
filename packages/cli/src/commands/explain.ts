import { text } from "node:stream/consumers";
import { type ContainerName, EVENTS, isKubeError, type NodePort } from "@heliostat/kube";
import {
  containerKey,
  endedContainers,
  explainRayCluster,
  type LastWords,
  viewRayCluster,
} from "@heliostat/operator";
import type { ClusterChoice } from "../cluster/cluster-access.ts";
import { type OpenCluster, openCluster } from "../cluster/open-cluster.ts";
import { seenByOperator } from "../cluster/seen-by-operator.ts";
import type { Config } from "../config.ts";
import { explanationText } from "../output/explanation-text.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { UserError } from "../user-error.ts";

export interface ExplainCommandOptions extends ClusterChoice {
  readonly name: string;
  /** @default the one of the kubeconfig's context */
  readonly namespace?: string;
  readonly isJson: boolean;
}

interface ExplainContext {
  readonly config: Config;
  readonly signal: AbortSignal;
}

/** Why a RayCluster is as it is, as text or JSON. @throws UserError when it cannot be read or is not there */
export async function explain(options: ExplainCommandOptions, context: ExplainContext): Promise<string> {
  const cluster = openCluster(options, context.config);
  try {
    return await explanationOf(cluster, options, context.signal);
  } finally {
    await cluster.close();
  }
}

/** The same of an open cluster. */
export async function explanationOf(
  { client, node, ...cluster }: OpenCluster,
  { name, isJson, ...options }: ExplainCommandOptions,
  signal: AbortSignal,
): Promise<string> {
  const namespace = options.namespace ?? cluster.namespace;
  const caches = await seenByOperator(client, { namespace, signal });
  const view = viewRayCluster(`${namespace}/${name}`, {
    caches,
    nowMs: systemClock.now(),
    random: systemRandom,
  });
  if (!view) {
    throw new UserError(`Cannot explain RayCluster ${namespace}/${name}: there is none at ${cluster.name}`, {
      hint: "kubectl get rayclusters --all-namespaces shows those that are there; --namespace chooses",
    });
  }
  const events = await client.list(EVENTS, { namespace, signal }).catch((error: unknown) => {
    // Who may not read events still learns what the objects say.
    if (isKubeError(error, "Forbidden")) return { items: [] };
    throw error;
  });
  const lastWords = node ? await lastWordsOf(endedContainers(view), node, signal) : new Map();
  const explanation = explainRayCluster(view, { events: events.items, lastWords });
  return isJson ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation);
}

const LINES = 5;
const MAX_BYTES = 8192;

/** Who may not read logs, or comes too late for them, still learns what the objects say. */
async function lastWordsOf(
  containers: readonly ContainerName[],
  node: NodePort,
  signal: AbortSignal,
): Promise<LastWords> {
  const read = async (container: ContainerName, previous: boolean): Promise<readonly string[]> => {
    const options = { previous, tailLines: LINES, limitBytes: MAX_BYTES, signal };
    const written = await text(await node.logs(container, options));
    return written.split("\n").filter((line) => line.trim() !== "");
  };
  const entries = containers.map(async (container) => {
    const lines = await read(container, true).catch(() => read(container, false).catch(() => []));
    return [containerKey(container), lines] as const;
  });
  return new Map(await Promise.all(entries));
}
