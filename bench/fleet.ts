import { kubeHttp, loadKubeconfig } from "@heliostat/kube-http";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { systemClock } from "../packages/cli/src/system/clock.ts";
import type { Benchmark, Figure } from "./figure.ts";
import { OperatorProcess } from "./operator/operator-process.ts";
import { allReady } from "./operator/ready-clusters.ts";
import { readyPods } from "./operator/ready-pods.ts";
import { plainCluster } from "./operator/virtual-operator.ts";
import { inParallel, ServedKubernetes } from "./served-kubernetes.ts";

const FEW = 1000;
const MANY = 10_000;
const IN_FLIGHT = 16;

/** The operator alone, over HTTPS, with a fleet of clusters whose pods are simulated by this process. */
export const fleet: Benchmark = {
  name: "fleet",
  about: "10,000 clusters of four simulated pods: API, operator and node in a process each (ten minutes)",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const [few, many] = [await bringUp(FEW), await bringUp(MANY)];
  const rate = `${(MANY / many.seconds).toFixed(1)} clusters/s; pods are simulated`;
  return [
    {
      name: "time for 10,000 clusters : time for 1,000",
      value: many.seconds / few.seconds,
      unit: `x (${many.seconds.toFixed(0)} s : ${few.seconds.toFixed(0)} s, ${rate})`,
      goal: 12,
      anchor: "KubeRay on GKE: 1,000 in 268.9 s, 5,000 in 1,266.9 s, real pods; 10,000 only doubtful",
    },
    {
      name: "memory of the operator, 10,000 clusters and 40,000 pods",
      value: many.operatorMib,
      unit: "MiB RSS",
      goal: 350,
      anchor: "KubeRay's chart: limit 512 MiB for about 500 pods",
    },
    {
      name: "operator, a cluster",
      value: many.operatorCpuMs / MANY,
      unit: "ms CPU",
      goal: 10,
      anchor: "not measured for KubeRay",
    },
  ];
}

interface BroughtUp {
  readonly seconds: number;
  readonly operatorMib: number;
  readonly operatorCpuMs: number;
}

async function bringUp(count: number): Promise<BroughtUp> {
  const kubernetes = await ServedKubernetes.start(["--durability", "memory"]);
  const stop = new AbortController();
  const operator = OperatorProcess.start(kubernetes.kubeconfigPath);
  const cluster = kubeHttp(
    loadKubeconfig({ paths: [kubernetes.kubeconfigPath], clock: systemClock, environment: {} }),
    {
      userAgent: "heliostat-bench",
    },
  );
  try {
    const { client } = cluster;
    const { signal } = stop;
    void readyPods({ client, clock: systemClock, afterMs: () => 0, signal }).catch(() => undefined);
    const startedMs = Date.now();
    const ready = allReady(client, count, signal);
    await inParallel(count, IN_FLIGHT, (index) =>
      client.create(RAY_CLUSTERS, plainCluster(`cluster-${index}`, 3)),
    );
    await ready;
    return {
      seconds: (Date.now() - startedMs) / 1000,
      operatorMib: operator.residentMib,
      operatorCpuMs: operator.cpuMs,
    };
  } finally {
    stop.abort();
    await operator.stop();
    await cluster.close();
    await kubernetes.stop();
  }
}
