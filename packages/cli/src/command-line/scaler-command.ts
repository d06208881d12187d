import { type Command, InvalidArgumentError, Option } from "commander";
import type { ScalerContext, ScalerFlags } from "../commands/scaler-options.ts";
import { type ScalerIdentityChoice, scalerIdentityChoice } from "../identity/scaler-choice.ts";
import { type ListenAddress, listenAddress } from "../scaler/listen-address.ts";
import { withOidcOptions } from "./oidc-options.ts";
import { logLevelOption } from "./options.ts";

/** `heliostat scaler` */
export function addScaler(root: Command, context: ScalerContext): void {
  const command = root
    .command("scaler")
    .description("the HTTP service that lists, scales and restarts clusters of Ray, Dask and Spark")
    .option(
      "--kubeconfig <file>",
      "how to reach the cluster; without, KUBECONFIG, the pod's own account, ~/.kube/config",
    )
    .option("--context <name>", "a context of the kubeconfig, other than its current one")
    .option("--listen <host:port>", "where to listen; 0.0.0.0 for others than this machine", listening, {
      host: "127.0.0.1",
      port: 6000,
    })
    .requiredOption(
      "--identity <provider>",
      "who says who calls: domino, kubernetes, oidc, or static=FILE",
      identity,
    )
    .option("--namespace <name>", "where the clusters are; without, COMPUTE_NAMESPACE, or domino-compute")
    .option("--tiers <file>", "hardware tiers; without, Domino's, or Small, Medium and Large")
    .option("--max-replicas <number>", "nobody gets more workers than this in a group", wholeNumber)
    .addOption(
      new Option("--mode <mode>", "what a number means on the old routes")
        .choices(["set", "floor", "pin"])
        .default("floor"),
    )
    .option("--tell-apart", "old routes tell what is not there from what is not the caller's", false)
    .option("--whole-tier", "replies carry the whole hardware tier, not its id", false)
    .option("--requests-per-minute <number>", "of one caller", wholeNumber, 600)
    .addOption(logLevelOption("info"));
  withOidcOptions(command).action(async (flags: ScalerFlags) => {
    const { scaler } = await import("../commands/scaler.ts");
    await scaler(flags, context);
  });
}

function listening(text: string): ListenAddress {
  const address = listenAddress(text);
  if (address) return address;
  throw new InvalidArgumentError("Want HOST:PORT, such as 127.0.0.1:6000.");
}

function identity(text: string): ScalerIdentityChoice {
  const choice = scalerIdentityChoice(text);
  if (choice) return choice;
  throw new InvalidArgumentError("Want domino, kubernetes, oidc, or static=FILE.");
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Want a whole number, 1 or more.");
}
