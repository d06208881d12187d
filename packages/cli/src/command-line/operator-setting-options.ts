import type { Command } from "commander";
import { configurationFile, type OperatorConfiguration } from "../settings/configuration-file.ts";
import type { OperatorSettingFlags } from "../settings/operator-settings.ts";

/** How the operator is set up, as flags: for itself, and for whoever foresees what it would do. */
export interface SettingFlags {
  readonly batchScheduler?: string;
  readonly secureDefaults: boolean;
  readonly config?: string;
}

export interface SettingChoice extends OperatorSettingFlags {
  readonly configuration?: OperatorConfiguration;
}

export function addSettingOptions(command: Command): Command {
  return command
    .option(
      "--batch-scheduler <name>",
      "who finds nodes for all pods of a cluster at once: volcano, yunikorn, kai-scheduler, scheduler-plugins, kubernetes-was",
    )
    .option("--secure-defaults", "tokens and network policies where a cluster's spec says nothing", false)
    .option("--config <file>", "further settings: a Configuration of KubeRay's operator; flags go before it");
}

/** @throws UserError when the file cannot be used */
export async function operatorSettingChoice(flags: SettingFlags): Promise<SettingChoice> {
  const { batchScheduler, secureDefaults, config } = flags;
  return {
    hasSecureDefaults: secureDefaults,
    ...(batchScheduler !== undefined && { batchScheduler }),
    ...(config !== undefined && { configuration: await configurationFile(config) }),
  };
}
