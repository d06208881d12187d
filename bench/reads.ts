import type { Benchmark, Figure } from "./figure.ts";
import { benchPod, inParallel, ServedKubernetes } from "./served-kubernetes.ts";

const PODS = "/api/v1/namespaces/default/pods";
const LISTED = 10_000;
const WATCHERS = 100;
const EVENTS = 10_000;

/** What it costs the embedded API to list ten thousand pods, and to tell a hundred watchers of each change. */
export const reads: Benchmark = {
  name: "reads",
  about: "the embedded API over HTTPS: a list of 10,000 pods, and events to 100 watchers",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const kubernetes = await ServedKubernetes.start();
  try {
    const create = (name: string) => kubernetes.request(PODS, { body: benchPod(name) });
    await inParallel(LISTED, 16, (index) => create(`listed-${index}`));
    const listMs = await cpuOf(kubernetes, () => kubernetes.request(PODS));
    const createMs = await cpuOf(kubernetes, () =>
      inParallel(EVENTS, 16, (index) => create(`plain-${index}`)),
    );
    const watching = await watchers(kubernetes);
    const watchedMs = await cpuOf(kubernetes, async () => {
      await inParallel(EVENTS, 16, (index) => create(`watched-${index}`));
      await watching.haveSeen(EVENTS);
    });
    return [
      {
        name: "list of 10,000 pods",
        value: listMs,
        unit: "ms CPU",
        goal: 400,
        anchor: "stringify of parsed objects alone 256-327 ms",
      },
      {
        name: "pod create, no watchers",
        value: createMs / EVENTS,
        unit: "ms CPU",
        anchor: "kube-apiserver + etcd 3.3-4.5 ms",
      },
      {
        name: "delivery to one of 100 watchers",
        value: ((watchedMs - createMs) * 1000) / (EVENTS * WATCHERS),
        unit: "us CPU",
        goal: 12,
        anchor: "JSON.stringify of one 6 kB pod 54 us",
      },
    ];
  } finally {
    await kubernetes.stop();
  }
}

async function cpuOf(kubernetes: ServedKubernetes, work: () => Promise<unknown>): Promise<number> {
  const before = kubernetes.cpuMs;
  await work();
  return kubernetes.cpuMs - before;
}

async function watchers(kubernetes: ServedKubernetes): Promise<{ haveSeen(events: number): Promise<void> }> {
  const counts = Array.from({ length: WATCHERS }, () => 0);
  let wake = (): void => {};
  for (const watcher of counts.keys()) {
    const path = `${PODS}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0`;
    const onChunk = (chunk: Buffer): void => {
      for (const byte of chunk) if (byte === 0x0a) counts[watcher] = (counts[watcher] ?? 0) + 1;
      wake();
    };
    void kubernetes.request(path, { onChunk }).catch(() => undefined);
  }
  await kubernetes.request("/version");
  return {
    async haveSeen(events) {
      while (counts.some((count) => count < events)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
