import { SpecError } from "../validation/spec-error.ts";
import type { BatchScheduler } from "./batch-scheduler.ts";
import { kai } from "./kai.ts";
import { kubernetesWas } from "./kubernetes-was.ts";
import { schedulerPlugins } from "./scheduler-plugins.ts";
import { volcano } from "./volcano.ts";
import { yunikorn } from "./yunikorn.ts";

const SCHEDULERS: readonly BatchScheduler[] = [volcano, yunikorn, kai, schedulerPlugins, kubernetesWas];

/**
 * The batch scheduler of that name.
 *
 * @throws SpecError when there is none; it lists those that there are
 */
export function batchSchedulerOf(name: string): BatchScheduler {
  const scheduler = SCHEDULERS.find((each) => each.name === name);
  if (scheduler) return scheduler;
  const choices = SCHEDULERS.map((each) => `"${each.name}"`).join(", ");
  throw new SpecError("batch scheduler", name, [{ field: "name", message: `must be one of ${choices}` }]);
}
