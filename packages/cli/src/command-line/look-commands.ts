import { Argument, type Command } from "commander";
import { addSettingOptions, operatorSettingChoice, type SettingFlags } from "./operator-setting-options.ts";
import type { ProgramContext } from "./program-context.ts";

interface ChoiceFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly json: boolean;
}

interface PlanFlags extends ChoiceFlags, SettingFlags {
  readonly file: readonly string[];
  readonly empty: boolean;
}

/** `heliostat plan` */
export function addPlan(root: Command, context: ProgramContext): void {
  const command = root
    .command("plan")
    .description(
      "what the operator would create, change and delete for a manifest, and why; nothing is written",
    )
    .requiredOption("-f, --file <file...>", "manifests with RayClusters")
    .option("--kubeconfig <file>", "the cluster to compare with; without, as for the operator")
    .option("--context <name>", "a context of the kubeconfig, other than its current one")
    .option("-n, --namespace <name>", "namespace of objects that name none")
    .option("--empty", "compare with a cluster that holds nothing, where there is none", false)
    .option("--json", "print one JSON object, for machines", false);
  addSettingOptions(command).action(async ({ file, empty, json, ...choice }: PlanFlags) => {
    const { plan } = await import("../commands/plan.ts");
    const settings = await operatorSettingChoice(choice);
    const options = { ...choice, ...settings, files: file, isEmpty: empty, isJson: json };
    process.stdout.write(await plan(options, context));
  });
}

/** `heliostat explain` */
export function addExplain(root: Command, context: ProgramContext): void {
  root
    .command("explain")
    .description("why a RayCluster is as it is, from its conditions down to what containers and events say")
    .addArgument(new Argument("<kind>", "what it is").choices(["raycluster"]))
    .argument("<name>", "which one")
    .option("--kubeconfig <file>", "its cluster; without, as for the operator")
    .option("--context <name>", "a context of the kubeconfig, other than its current one")
    .option("-n, --namespace <name>", "its namespace; without, the one of the kubeconfig's context")
    .option("--json", "print one JSON object, for machines", false)
    .action(async (_kind: string, name: string, { json, ...choice }: ChoiceFlags) => {
      const { explain } = await import("../commands/explain.ts");
      process.stdout.write(await explain({ ...choice, name, isJson: json }, context));
    });
}
