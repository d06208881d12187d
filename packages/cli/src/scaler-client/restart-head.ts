import type { ProgramContext } from "../command-line/program-context.ts";
import { printJson, printLines } from "../output/print.ts";
import { withScaler } from "./connect-scaler.ts";

export interface RestartHeadOptions {
  readonly kind: string;
  readonly name: string;
  readonly tier?: string;
  readonly server?: string;
  readonly json: boolean;
  readonly wait: boolean;
  /** In seconds. */
  readonly timeout: number;
}

/** Replace a cluster's head and say what came of it. @throws UserError */
export async function restartHead(
  { kind, name, tier, json, wait, timeout, ...place }: RestartHeadOptions,
  { config, signal }: ProgramContext,
): Promise<void> {
  await withScaler(place, config, async (scaler) => {
    const cluster = { kind, name, signal };
    const answer = await scaler.restartHeadNode({
      ...cluster,
      ...(tier !== undefined && { headHwTierName: tier }),
    });
    if (json) printJson(answer);
    else printLines([`pod ${answer.pod} of ${kind}/${name} is being replaced since ${answer.started_at}`]);
    if (!wait) return;
    const restartedSince = answer.started_at;
    await scaler.waitUntilNodeRestarted({ ...cluster, restartedSince, deadlineMs: timeout * 1000 });
    if (!json) printLines([`${kind}/${name} has a new head, which is ready`]);
  });
}
