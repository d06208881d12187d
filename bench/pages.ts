import { join } from "node:path";
import type { Benchmark, Figure } from "./figure.ts";
import type { LoopReport } from "./loop-delay.ts";
import { benchPod, inParallel, ServedKubernetes } from "./served-kubernetes.ts";

const PODS = "/api/v1/namespaces/default/pods";
const LISTED = 40_000;
const PAGE = 500;
const WRITERS = 8;

/** Whether the embedded API stays awake while somebody reads everything and others write. */
export const pages: Benchmark = {
  name: "pages",
  about:
    "40,000 pods listed in pages of 500 while eight writers write: event-loop delay, memory, consistency",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const preload = join(import.meta.dirname, "loop-delay.ts");
  const kubernetes = await ServedKubernetes.start(["--durability", "memory"], preload);
  try {
    await inParallel(LISTED, 32, (index) => kubernetes.request(PODS, { body: benchPod(`listed-${index}`) }));
    const writing = writers(kubernetes);
    await kubernetes.ask("begin");
    const list = await listed(kubernetes);
    const report = await kubernetes.ask<LoopReport>("end");
    const written = await writing.stop();
    return figures(list, report, written);
  } finally {
    await kubernetes.stop();
  }
}

function figures({ pods, bytes, pageCount }: Listed, report: LoopReport, written: number): readonly Figure[] {
  if (pods < LISTED) throw new Error(`Cannot measure: the list shows ${pods} pods of ${LISTED}`);
  const anchor = "etcd and kube-apiserver have threads; ours is one loop";
  return [
    {
      name: "longest turn of the loop",
      value: report.maxCpuMs,
      unit: `ms CPU (${pageCount} pages, ${written} pods written meanwhile)`,
      goal: 25,
      anchor,
    },
    { name: "loop delay, p99.9", value: report.p999DelayMs, unit: "ms", goal: 25, anchor },
    {
      name: "loop delay, longest",
      value: report.maxDelayMs,
      unit: "ms, waits for a processor included",
      anchor,
    },
    {
      name: "memory for the list",
      value: report.grownBytes / bytes,
      unit: `of its ${Math.round(bytes / 2 ** 20)} MiB`,
      goal: 2,
      anchor: "a list in one piece: text and bytes, 2",
    },
  ];
}

interface Listed {
  readonly pods: number;
  readonly bytes: number;
  readonly pageCount: number;
}

async function listed(kubernetes: ServedKubernetes): Promise<Listed> {
  const revisions = new Set<string>();
  let [pods, bytes, pageCount, token] = [0, 0, 0, ""];
  do {
    const text = await kubernetes.text(`${PODS}?limit=${PAGE}${token === "" ? "" : `&continue=${token}`}`);
    const { items, metadata } = JSON.parse(text);
    pods += items.length;
    bytes += text.length;
    pageCount += 1;
    token = metadata.continue ?? "";
    revisions.add(metadata.resourceVersion);
  } while (token !== "");
  if (revisions.size > 1) throw new Error("Cannot measure: the pages show states of several moments");
  return { pods, bytes, pageCount };
}

/** Others, who create pods until they are told to stop; answers with how many they made. */
function writers(kubernetes: ServedKubernetes): { stop(): Promise<number> } {
  let isOver = false;
  let made = 0;
  const all = Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (!isOver) {
        made += 1;
        await kubernetes.request(PODS, { body: benchPod(`written-${made}`) });
      }
    }),
  );
  return {
    async stop() {
      isOver = true;
      await all;
      return made;
    },
  };
}
