import { RAY_CLUSTERS } from "@heliostat/ray";
import type { Benchmark, Figure } from "./figure.ts";
import { plainCluster, VirtualOperator } from "./operator/virtual-operator.ts";

/** What the operator asks of the API, counted in virtual time: the same on every machine and at every run. */
export const operator: Benchmark = {
  name: "operator",
  about:
    "the operator in virtual time: writes a cluster, a day of rest, speed-up over one request at a time, fairness",
  run,
};

const SERIAL = "one cluster and one request at a time, as KubeRay ships";
const EVENTS = "events";

async function run(): Promise<readonly Figure[]> {
  return [
    ...(await writesOfOne()),
    await speedUp({ clusters: 1000, workers: 3, latencyMs: 5, goal: 8 }),
    await speedUp({ clusters: 1000, workers: 3, latencyMs: 20, goal: 15 }),
    await speedUp({ clusters: 1, workers: 500, latencyMs: 5, goal: 10 }),
    await fairness(),
    ...(await rest()),
  ];
}

/** One head and three workers, which get ready a second apart. */
async function writesOfOne(): Promise<readonly Figure[]> {
  const operator = await VirtualOperator.start({ readyAfterMs: (ordinal) => 1000 * (ordinal + 1) });
  await operator.bringUp([plainCluster("one", 3)]);
  await operator.clock.pass(60_000);
  operator.stop();
  const anchor = "KubeRay 12-18 in all, events included";
  return [
    {
      name: "writes of objects and status to bring up a cluster of three workers",
      value: operator.log.count((plural) => plural !== EVENTS),
      unit: "writes",
      goal: 8,
      anchor,
    },
    {
      name: "events to bring up a cluster of three workers",
      value: operator.log.count((plural) => plural === EVENTS),
      unit: "writes",
      goal: 3,
      anchor,
    },
  ];
}

interface BringUp {
  readonly clusters: number;
  readonly workers: number;
  readonly latencyMs: number;
  readonly goal: number;
}

async function speedUp({ clusters, workers, latencyMs, goal }: BringUp): Promise<Figure> {
  const wanted = Array.from({ length: clusters }, (_, index) => plainCluster(`cluster-${index}`, workers));
  const tookMs = async (width?: number): Promise<number> => {
    const operator = await VirtualOperator.start({ latencyMs, ...(width !== undefined && { width }) });
    const took = await operator.bringUp(wanted);
    operator.stop();
    return took;
  };
  const [ours, serial] = [await tookMs(), await tookMs(1)];
  const what = clusters === 1 ? `a cluster of ${workers} workers` : `${clusters} clusters`;
  return {
    name: `bring-up of ${what}, API ${latencyMs} ms away`,
    value: serial / ours,
    unit: `x as fast (${seconds(ours)} : ${seconds(serial)} of virtual time)`,
    goal,
    isMoreBetter: true,
    anchor: SERIAL,
  };
}

/** A small cluster is asked for while a big one grows to a thousand workers. */
async function fairness(): Promise<Figure> {
  const operator = await VirtualOperator.start({ latencyMs: 20 });
  await operator.client.create(RAY_CLUSTERS, plainCluster("big", 1000));
  await operator.clock.pass(60);
  const before = operator.log.writes.length;
  await operator.bringUp([plainCluster("small", 3)]);
  const doneMs = operator.clock.now();
  const bigWrites = operator.log.writes
    .slice(before)
    .filter(({ name, atMs }) => name.startsWith("big") && atMs < doneMs).length;
  operator.stop();
  return {
    name: "share of a big cluster's writes that a small one waits for",
    value: bigWrites / 10,
    unit: `% (${bigWrites} of 1000 pods)`,
    goal: 2,
    anchor: "KubeRay: 10 min 45 s behind a cluster of 1,000 (kuberay #3909)",
  };
}

const STEADY = 10_000;
const DAY_MS = 24 * 3600 * 1000;

/** Ten thousand clusters that are ready, for a day. */
async function rest(): Promise<readonly Figure[]> {
  const operator = await VirtualOperator.start();
  const clusters = Array.from({ length: STEADY }, (_, index) => plainCluster(`steady-${index}`, 3));
  await operator.bringUp(clusters);
  await operator.clock.pass(60_000);
  const { writes, lists } = operator.log;
  const before = { writes: writes.length, lists, reconciles: operator.reconciles };
  await operator.clock.pass(DAY_MS);
  operator.stop();
  const figure = { unit: "in all, 10,000 clusters at rest for a day" };
  return [
    {
      ...figure,
      name: "writes at rest",
      value: operator.log.writes.length - before.writes,
      goal: 0,
      anchor: "KubeRay: none either",
    },
    {
      ...figure,
      name: "lists at rest",
      value: operator.log.lists - before.lists,
      goal: 0,
      anchor: "KubeRay: none, from its cache",
    },
    {
      ...figure,
      name: "reconciles at rest",
      value: operator.reconciles - before.reconciles,
      goal: STEADY * 144,
      anchor: "KubeRay: every 300 s, 2,880,000",
    },
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
