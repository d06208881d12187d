import { join } from "node:path";
import { type KubeClient, nameOf, PODS, type Resource, SERVICES } from "@heliostat/kube";
import { kubeHttp, loadKubeconfig } from "@heliostat/kube-http";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { systemClock } from "../packages/cli/src/system/clock.ts";
import type { Benchmark, Figure } from "./figure.ts";
import { OperatorProcess } from "./operator/operator-process.ts";
import { allReady } from "./operator/ready-clusters.ts";
import { readyPods } from "./operator/ready-pods.ts";
import { plainCluster } from "./operator/virtual-operator.ts";
import { inParallel, ServedKubernetes } from "./served-kubernetes.ts";

const CLUSTERS = 2000;
const IN_FLIGHT = 16;
/** Deletions that the operator has yet to hear of. */
const QUIET_MS = 5000;

/** What the operator keeps in memory for clusters that stand, and for clusters that are gone. */
export const footprint: Benchmark = {
  name: "footprint",
  about:
    "heap of an operator for each cluster of four simulated pods, and what is left of it when all are gone",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const kubernetes = await ServedKubernetes.start(["--durability", "memory"]);
  const { kubeconfigPath } = kubernetes;
  const operator = OperatorProcess.start(kubeconfigPath, join(import.meta.dirname, "live-heap-child.ts"));
  const access = loadKubeconfig({ paths: [kubeconfigPath], clock: systemClock, environment: {} });
  const cluster = kubeHttp(access, { userAgent: "heliostat-bench" });
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const { client } = cluster;
    void readyPods({ client, clock: systemClock, afterMs: () => 0, signal }).catch(() => undefined);
    // The first cluster has all that is loaded and compiled on the way.
    await bringUp(client, { from: 0, to: 100, signal });
    const few = await liveMib(operator);
    await bringUp(client, { from: 100, to: CLUSTERS, signal });
    const many = await liveMib(operator);
    const residentMib = operator.residentMib;
    for (const resource of [RAY_CLUSTERS, PODS, SERVICES] as readonly Resource[])
      await removeAll(client, resource);
    return figures({ few, many, residentMib, none: await liveMib(operator) });
  } finally {
    stop.abort();
    await operator.stop();
    await cluster.close();
    await kubernetes.stop();
  }
}

interface Measured {
  /** Live heap in MiB with a hundred clusters, with all, and with none again. */
  readonly few: number;
  readonly many: number;
  readonly none: number;
  readonly residentMib: number;
}

function figures({ few, many, none, residentMib }: Measured): readonly Figure[] {
  const anchor = "KubeRay's chart: limit 512 MiB for about 500 pods";
  return [
    {
      name: "operator's live heap, a cluster of four pods",
      value: ((many - few) * 1024) / (CLUSTERS - 100),
      unit: `KiB (${few.toFixed(0)} MiB with 100 clusters, ${many.toFixed(0)} with ${CLUSTERS})`,
      goal: 10,
      anchor,
    },
    { name: `operator's memory, ${CLUSTERS} clusters`, value: residentMib, unit: "MiB RSS", anchor },
    {
      name: "operator's live heap when all are gone",
      value: none - few,
      unit: "MiB more than with 100 before",
      goal: 5,
      anchor: "not measured for others",
    },
  ];
}

async function bringUp(
  client: KubeClient,
  { from, to, signal }: { readonly from: number; readonly to: number; readonly signal: AbortSignal },
): Promise<void> {
  const ready = allReady(client, to, signal);
  await inParallel(to - from, IN_FLIGHT, (index) =>
    client.create(RAY_CLUSTERS, plainCluster(`cluster-${from + index}`, 3)),
  );
  await ready;
}

/** There is no garbage collector: what a cluster owned has to be removed besides. */
async function removeAll(client: KubeClient, resource: Resource): Promise<void> {
  const { items } = await client.list(resource, { namespace: "default" });
  const names = items.map(nameOf).filter(({ name }) => name.startsWith("cluster-"));
  await inParallel(names.length, IN_FLIGHT, async (index) => {
    const name = names[index];
    if (name) await client.delete(resource, name, { gracePeriodSeconds: 0 });
  });
}

async function liveMib(operator: OperatorProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  return operator.ask<number>("collect");
}
