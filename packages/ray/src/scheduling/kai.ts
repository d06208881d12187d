import type { BatchScheduler } from "./batch-scheduler.ts";
import { labelsOf } from "./gang.ts";

const QUEUE = "kai.scheduler/queue";

/** KAI: it makes its own groups of the pods of one owner. It needs a queue: without that label the pods stay pending. */
export const kai: BatchScheduler = {
  name: "kai-scheduler",
  resources: [],
  isWanted: () => false,
  podDecoration: (cluster) => ({
    schedulerName: "kai-scheduler",
    labels: labelsOf(cluster, { [QUEUE]: QUEUE }),
  }),
  objects: () => [],
};
