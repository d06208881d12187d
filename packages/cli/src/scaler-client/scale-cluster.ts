import type { ProgramContext } from "../command-line/program-context.ts";
import { printJson, printLines } from "../output/print.ts";
import { withScaler } from "./connect-scaler.ts";

export interface ScaleClusterOptions {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  readonly tier?: string;
  readonly server?: string;
  readonly json: boolean;
  readonly wait: boolean;
  /** In seconds. */
  readonly timeout: number;
}

/** Ask for a number of workers and say what came of it. @throws UserError */
export async function scaleCluster(
  { kind, name, replicas, tier, json, wait, timeout, ...place }: ScaleClusterOptions,
  { config, signal }: ProgramContext,
): Promise<void> {
  await withScaler(place, config, async (scaler) => {
    const cluster = { kind, name, signal };
    const answer = await scaler.scaleCluster({
      ...cluster,
      replicas,
      ...(tier !== undefined && { workerHwTierName: tier }),
    });
    if (json) printJson(answer);
    else {
      const cap = answer.capped ? `, not ${replicas}: that is its maximum` : "";
      printLines([`${kind}/${name} is to have ${answer.effective_replicas} workers${cap}`]);
    }
    if (!wait) return;
    await scaler.waitUntilScalingComplete({ ...cluster, deadlineMs: timeout * 1000 });
    if (!json) printLines([`${kind}/${name} has them`]);
  });
}
