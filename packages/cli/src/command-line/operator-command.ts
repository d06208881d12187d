import { type Command, Option } from "commander";
import type { OperatorCommandOptions } from "../commands/operator.ts";
import type { LogLevel } from "../system/logger.ts";
import { addSettingOptions, operatorSettingChoice, type SettingFlags } from "./operator-setting-options.ts";
import { commaSeparated, listenAddress, logLevelOption, positiveNumber } from "./options.ts";
import type { ProgramContext } from "./program-context.ts";

interface OperatorFlags extends SettingFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly watchNamespace?: readonly string[];
  readonly installCrds: boolean;
  readonly leaderElect: boolean;
  readonly metricsListen?: ReturnType<typeof listenAddress>;
  readonly reconcileConcurrency: number;
  readonly maxInFlight: number;
  readonly logLevel: LogLevel;
}

/** `heliostat operator` */
export function addOperator(root: Command, context: ProgramContext): void {
  const command = root
    .command("operator")
    .description("the operator alone, on a cluster that is there already")
    .option(
      "--kubeconfig <file>",
      "how to reach it; without, KUBECONFIG, the pod's own account, ~/.kube/config",
    )
    .option("--context <name>", "a context of the kubeconfig, other than its current one")
    .option(
      "--namespace <names>",
      "look at these namespaces only, comma-separated; without, at all",
      commaSeparated,
    )
    .addOption(
      new Option("--watch-namespace <names>", "the same, as KubeRay calls it")
        .argParser(commaSeparated)
        .conflicts("namespace"),
    )
    .option("--install-crds", "bring the Ray CRDs, or bring them up to date", false)
    .option("--leader-elect", "act only while holding a Lease, so that others may stand by", false)
    .option(
      "--metrics-listen <host:port>",
      "serve /metrics, /healthz and /readyz here; without, nowhere",
      listenAddress,
    )
    .option("--reconcile-concurrency <number>", "clusters looked at side by side", positiveNumber, 32)
    .option("--max-in-flight <number>", "requests to the API under way at a time", positiveNumber, 32);
  addSettingOptions(command)
    .addOption(logLevelOption("info"))
    .action(async (flags: OperatorFlags) => {
      const { operator } = await import("../commands/operator.ts");
      await operator(await operatorOptions(flags, isGiven(command)), context);
    });
}

/** Whether the person has given a flag, and not its default. */
type IsGiven = (flag: keyof OperatorFlags) => boolean;

function isGiven(command: Command): IsGiven {
  return (flag) => command.getOptionValueSource(flag) === "cli";
}

async function operatorOptions(flags: OperatorFlags, isFlag: IsGiven): Promise<OperatorCommandOptions> {
  const { installCrds, leaderElect, namespace, watchNamespace, ...rest } = flags;
  const settings = await operatorSettingChoice(rest);
  const file = settings.configuration;
  const { reconcileConcurrency = rest.reconcileConcurrency, metricsAddr } = file ?? {};
  const metricsListen = rest.metricsListen ?? (metricsAddr ? listenAddress(metricsAddr) : undefined);
  return {
    ...rest,
    ...settings,
    namespaces: namespace ?? watchNamespace ?? commaSeparated(file?.watchNamespace ?? ""),
    installsCrds: installCrds,
    electsLeader: leaderElect || (file?.enableLeaderElection ?? false),
    reconcileConcurrency: isFlag("reconcileConcurrency") ? rest.reconcileConcurrency : reconcileConcurrency,
    ...(metricsListen && { metricsListen }),
  };
}
