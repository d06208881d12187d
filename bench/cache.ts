import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  KubeError,
  type KubeObject,
  type KubeReader,
  type ListOptions,
  PODS,
  type Pod,
  timestamp,
} from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { OPERATOR_PROJECTIONS } from "@heliostat/operator";
import { type RayCluster, workerPod } from "@heliostat/ray";
import {
  BY_OWNER_UID,
  byLabel,
  projectionOf,
  type RunningInformer,
  startInformer,
} from "@heliostat/watch-cache";
import { systemClock } from "../packages/cli/src/system/clock.ts";
import type { Benchmark, Figure } from "./figure.ts";
import { plainCluster } from "./operator/virtual-operator.ts";

const MEASURED = 20_000;
const MOST = 200_000;
const PODS_A_CLUSTER = 4;
const PODS_A_SECOND = 100;
const FIRST_MS = Date.UTC(2026, 0, 1);

/** What watched pods cost in memory: whole, and as the operator keeps them. */
export const cache: Benchmark = {
  name: "cache",
  about: "heap for a watched pod of Ray, whole and as the operator keeps it; a list of 200,000",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const anchor = "client-go typed 12.7 KiB, stripped 9.5; @kubernetes/client-node 14.2";
  const most = await listOf(MOST);
  return [
    {
      name: "heap for a watched pod, as the operator keeps it",
      value: await kibibytesEach(projection()),
      unit: "KiB",
      goal: 1.5,
      anchor,
    },
    { name: "heap for a watched pod, whole", value: await kibibytesEach(), unit: "KiB", anchor },
    {
      name: "objects in a list of 200,000",
      value: most,
      unit: "pods",
      goal: MOST,
      isMoreBetter: true,
      anchor: "@kubernetes/client-node: RangeError beyond about 120,000",
    },
  ];
}

function projection(): (pod: Pod) => Pod {
  const [pods] = OPERATOR_PROJECTIONS;
  if (!pods) throw new Error("Cannot measure: the operator keeps whole pods");
  return projectionOf<Pod>(pods.fields);
}

async function kibibytesEach(transform?: (pod: Pod) => Pod): Promise<number> {
  const before = heapBytes();
  const cached = await filled(MEASURED, transform);
  const after = heapBytes();
  await cached.stop();
  return (after - before) / MEASURED / 1024;
}

async function listOf(count: number): Promise<number> {
  const cached = await filled(count, projection());
  const { length } = cached.informer.list();
  await cached.stop();
  return length;
}

interface Filled {
  readonly informer: RunningInformer<Pod>;
  stop(): Promise<void>;
}

/** A cache of so many pods, with the indices that the operator asks. */
async function filled(count: number, transform?: (pod: Pod) => Pod): Promise<Filled> {
  const abort = new AbortController();
  const informer = startInformer(new PodReader(count), PODS, {
    clock: systemClock,
    random: new SeededRandom(),
    signal: abort.signal,
    ...(transform && { transform }),
  });
  await informer.hasSynced;
  informer.byIndex(byLabel("ray.io/cluster"), "");
  informer.byIndex(BY_OWNER_UID, "");
  return {
    informer,
    async stop() {
      abort.abort();
      await informer.stopped;
    },
  };
}

/** An API with nothing but pods of Ray, each read from text as it would be off the wire. */
class PodReader implements KubeReader {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  get(): Promise<never> {
    return Promise.reject(new KubeError("NotFound", "only lists are measured"));
  }

  async list<T extends KubeObject>(_: unknown, { limit = 500, continueToken = "0" }: ListOptions = {}) {
    const start = Number(continueToken);
    const end = Math.min(start + limit, this.#count);
    const items = Array.from(
      { length: end - start },
      (_each, index) => JSON.parse(podText(start + index)) as T,
    );
    return { items, resourceVersion: "1", ...(end < this.#count && { continueToken: String(end) }) };
  }

  async *watch(_: unknown, { signal }: ListOptions = {}): AsyncGenerator<never> {
    await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
  }
}

function podText(index: number): string {
  const cluster = clusterOf(Math.floor(index / PODS_A_CLUSTER));
  const [group] = cluster.spec.workerGroupSpecs ?? [];
  if (!group) throw new Error("Cannot measure: the cluster has no group");
  const pod = workerPod(cluster, group, {
    name: `${cluster.metadata.name}-${index}`,
    replicaIndex: index % 4,
  });
  // As many become ready in one second as in a bring-up of a fleet.
  const at = timestamp(FIRST_MS + 1000 * Math.floor(index / PODS_A_SECOND));
  const metadata = {
    ...pod.metadata,
    uid: uidOf(index),
    resourceVersion: String(1_000_000 + index),
    creationTimestamp: at,
  };
  const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
    ...{ type, status: "True", lastProbeTime: null, lastTransitionTime: at },
  }));
  const containerStatuses = [
    {
      name: "ray-worker",
      image: "rayproject/ray:2.52.0",
      imageID: `docker.io/rayproject/ray@sha256:${"0".repeat(64)}`,
      containerID: `containerd://${uidOf(index)}`,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: at } },
    },
  ];
  const podIP = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  return JSON.stringify({
    ...pod,
    metadata,
    status: { phase: "Running", podIP, hostIP: "10.0.0.1", startTime: at, conditions, containerStatuses },
  });
}

function clusterOf(index: number): RayCluster {
  const cluster = plainCluster(`cluster-${index}`, PODS_A_CLUSTER);
  return { ...cluster, metadata: { ...cluster.metadata, uid: uidOf(index) } };
}

function uidOf(index: number): string {
  return `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heapBytes(): number {
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}
