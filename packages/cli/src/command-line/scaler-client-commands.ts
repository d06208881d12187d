import type { Command } from "commander";
import { wholeNumber } from "./options.ts";
import type { ProgramContext } from "./program-context.ts";

/** What every command that calls a scaler may be told. */
interface ScalerClientFlags {
  /** @default `CLUSTER_SCALER_BASE_URL`, else this laptop's */
  readonly server?: string;
  readonly json: boolean;
}

interface WaitFlags extends ScalerClientFlags {
  readonly wait: boolean;
  readonly timeout: number;
}

interface ScaleFlags extends WaitFlags {
  readonly replicas: number;
  readonly tier?: string;
}

interface RestartFlags extends WaitFlags {
  readonly tier?: string;
}

const KIND = "rayclusters, daskclusters or sparkclusters; rayclusters.ray.io where two kinds share a name";

/** `clusters`, `scale` and `restart`: what a person without kubectl does with a cluster, through the scaler. */
export function addScalerClient(root: Command, context: ProgramContext): void {
  withCallFlags(root.command("clusters"))
    .description("the clusters that you may see, through the scaler")
    .argument("[kind]", KIND, "rayclusters")
    .action(async (kind: string, flags: ScalerClientFlags) => {
      const { listClusters } = await import("../scaler-client/list-clusters.ts");
      await listClusters({ kind, ...flags }, context);
    });
  withWaitFlags(root.command("scale"))
    .description("give a cluster another number of workers, through the scaler")
    .argument("<kind>", KIND)
    .argument("<name>", "the cluster")
    .requiredOption("--replicas <count>", "how many; the cluster's own maximum caps it", wholeNumber)
    .option("--tier <name>", "the workers' hardware tier, by name or id")
    .action(async (kind: string, name: string, flags: ScaleFlags) => {
      const { scaleCluster } = await import("../scaler-client/scale-cluster.ts");
      await scaleCluster({ kind, name, ...flags }, context);
    });
  withWaitFlags(root.command("restart"))
    .description("replace the head of a cluster, through the scaler")
    .argument("<kind>", KIND)
    .argument("<name>", "the cluster")
    .option("--tier <name>", "the hardware tier that the new head is to have")
    .action(async (kind: string, name: string, flags: RestartFlags) => {
      const { restartHead } = await import("../scaler-client/restart-head.ts");
      await restartHead({ kind, name, ...flags }, context);
    });
}

function withCallFlags(command: Command): Command {
  return command
    .option("--server <url>", "where the scaler is; without, CLUSTER_SCALER_BASE_URL, else this laptop's")
    .option("--json", "print what the scaler answers", false);
}

function withWaitFlags(command: Command): Command {
  return withCallFlags(command)
    .option("--wait", "until it is so", false)
    .option("--timeout <seconds>", "how long to wait", wholeNumber, 600);
}
