import { type Command, Option } from "commander";
import type { LogLevel } from "../system/logger.ts";
import { commaSeparated, listenAddress, logLevelOption, positiveNumber } from "./options.ts";
import type { ProgramContext } from "./program-context.ts";

interface OperatorFlags {
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
  root
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
    .option("--max-in-flight <number>", "requests to the API under way at a time", positiveNumber, 32)
    .addOption(logLevelOption("info"))
    .action(async ({ installCrds, leaderElect, namespace, watchNamespace, ...flags }: OperatorFlags) => {
      const { operator } = await import("../commands/operator.ts");
      const namespaces = namespace ?? watchNamespace ?? [];
      await operator({ ...flags, namespaces, installsCrds: installCrds, electsLeader: leaderElect }, context);
    });
}
