import { readFile } from "node:fs/promises";
import type { AuthorizationMode } from "@heliostat/kube-embedded";
import { Command, CommanderError, Option } from "commander";
import { addApiClient } from "./command-line/api-client-commands.ts";
import { addApiServer } from "./command-line/apiserver-command.ts";
import { addExplain, addPlan } from "./command-line/look-commands.ts";
import { addOperator } from "./command-line/operator-command.ts";
import { logLevelOption, portNumber, wholeNumber } from "./command-line/options.ts";
import type { ProgramContext } from "./command-line/program-context.ts";
import { addScalerClient } from "./command-line/scaler-client-commands.ts";
import { addScaler } from "./command-line/scaler-command.ts";
import { CRD_FORMATS, CRD_KINDS, type CrdFormat, type CrdKinds } from "./commands/crd-format.ts";
import {
  DEFAULT_STORAGE,
  DURABILITIES,
  type Durability,
  STORAGE_ENGINES,
  type StorageEngine,
} from "./laptop/storage-choice.ts";
import { jsonReporter } from "./output/json-reporter.ts";
import { textReporter } from "./output/text-reporter.ts";
import type { Reporter } from "./output/up-event.ts";
import type { LogLevel } from "./system/logger.ts";
import { PODS_WISHES, type PodsWish, type UpOptions } from "./up/up-options.ts";
import { UserError } from "./user-error.ts";

/** What commander makes of the flags that every command has. */
interface SharedFlags {
  readonly dataDir: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly json: boolean;
  readonly authorization: AuthorizationMode;
  readonly durability: Durability;
  readonly storage: StorageEngine;
}

const AUTHORIZATION_MODES: readonly AuthorizationMode[] = ["allow", "rbac"];

interface UpFlags extends SharedFlags {
  readonly file: readonly string[];
  readonly exit: boolean;
  readonly ray?: string;
  readonly simulate: boolean;
  readonly pods?: PodsWish;
  readonly proxy: boolean;
  readonly imageCatalogue?: string;
  readonly nodeCpu: string;
  readonly nodeMemory: string;
  readonly nodeGpu: string;
  readonly timeout: number;
}

/** Wrong use, as distinct from what went wrong in what was asked for. */
export const EXIT_USAGE = 2;

/** Run the command line: each command loads only the rooms that it needs. Answer with the exit code. @throws UserError */
export async function program(argv: readonly string[], context: ProgramContext): Promise<number> {
  let exitCode = 0;
  const root = new Command("heliostat")
    .description("One control plane for Ray clusters on Kubernetes, from a laptop to production")
    .version(await packageVersion(), "--version", "say which Heliostat this is")
    .showHelpAfterError("       --help says what there is")
    .exitOverride();
  addUp(root, context, (code) => {
    exitCode = code;
  });
  addKubernetes(root, context);
  addOperator(root, context);
  addApiServer(root, context);
  addScalerClient(root, context);
  addApiClient(root, context);
  addPlan(root, context);
  addExplain(root, context);
  addCrds(root);
  addScaler(root, context);
  try {
    await root.parseAsync([...argv]);
  } catch (error) {
    // Commander has told everything already; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
  return exitCode;
}

async function packageVersion(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function addUp(root: Command, context: ProgramContext, onExit: (code: number) => void): void {
  withSharedFlags(root.command("up"), context)
    .description("a laptop's Kubernetes from nothing: the API, pods, your manifests, and a Ray job on them")
    .option("-f, --file <file...>", "manifests to apply", [])
    .option("--exit", "end after the job with its exit code, or once everything is ready", false)
    .option("--ray <path>", "a virtual environment, a Python that imports ray, or the ray command")
    .addOption(
      new Option("--pods <kind>", "what pods are; sandboxes where possible, else simulated").choices(
        PODS_WISHES,
      ),
    )
    .addOption(new Option("--simulate", "the same as --pods simulated").default(false).conflicts("pods"))
    .option("--no-proxy", "keep pods off the host's network")
    .option("--image-catalogue <file>", "YAML that says what stands in for further images")
    .option("--node-cpu <quantity>", "CPU that the node advertises; nothing enforces it", "64")
    .option("--node-memory <quantity>", "memory that the node advertises", "256Gi")
    .option("--node-gpu <count>", "GPUs that the node advertises", "0")
    .option(
      "--timeout <seconds>",
      "give up when a cluster is not ready after this long, 0 for never",
      wholeNumber,
      600,
    )
    .action(async (flags: UpFlags) => {
      const { up } = await import("./up/up.ts");
      const reporter = reporterFor(flags, context);
      onExit(await tellingErrors(reporter, () => up(upOptions(flags), { ...context, reporter })));
    });
}

function addKubernetes(root: Command, context: ProgramContext): void {
  withSharedFlags(root.command("kubernetes"), context)
    .description("the embedded Kubernetes API alone, with the Ray CRDs")
    .action(async (flags: SharedFlags) => {
      const { kubernetes } = await import("./commands/kubernetes.ts");
      const options = {
        dataFolder: flags.dataDir,
        port: flags.port,
        logLevel: flags.logLevel,
        authorization: flags.authorization,
        storage: { engine: flags.storage, durability: flags.durability },
      };
      const reporter = reporterFor(flags, context);
      await tellingErrors(reporter, () => kubernetes(options, { ...context, reporter }));
    });
}

interface CrdsFlags {
  readonly format: CrdFormat;
  readonly kinds: CrdKinds;
  readonly strict: boolean;
}

function addCrds(root: Command): void {
  root
    .command("crds")
    .description("print the CRDs")
    .addOption(
      new Option("--kinds <whose>", "Ray's own, Domino's, or both").choices(CRD_KINDS).default("ray"),
    )
    .addOption(new Option("--format <format>", "how").choices(CRD_FORMATS).default("yaml"))
    .option("--strict", "let the API refuse what the operator would refuse, and KubeRay's CRDs accept", false)
    .action(async ({ format, kinds, strict }: CrdsFlags) => {
      const { crdsText } = await import("./commands/crds.ts");
      process.stdout.write(crdsText(format, { isStrict: strict, kinds }));
    });
}

function withSharedFlags(command: Command, { config }: ProgramContext): Command {
  return command
    .option("--data-dir <folder>", "where objects, kubeconfig and certificates are kept", config.stateFolder)
    .option("--port <number>", "port of the Kubernetes API on 127.0.0.1, 0 for any", portNumber, 0)
    .addOption(logLevelOption("error"))
    .addOption(
      new Option("--authorization <mode>", "what callers of the API may do: everything, or what roles say")
        .choices(AUTHORIZATION_MODES)
        .default("allow"),
    )
    .addOption(
      new Option(
        "--durability <mode>",
        "what an answered write survives: nothing, kill -9, the loss of power",
      )
        .choices(DURABILITIES)
        .default(DEFAULT_STORAGE.durability),
    )
    .addOption(
      new Option("--storage <engine>", "what keeps objects on disk")
        .choices(STORAGE_ENGINES)
        .default(DEFAULT_STORAGE.engine),
    )
    .option("--json", "print one JSON object a line, for machines", false);
}

function upOptions(flags: UpFlags): UpOptions {
  return {
    files: flags.file,
    exits: flags.exit,
    dataFolder: flags.dataDir,
    storage: { engine: flags.storage, durability: flags.durability },
    port: flags.port,
    logLevel: flags.logLevel,
    isJson: flags.json,
    authorization: flags.authorization,
    ray: flags.ray,
    ...podsWish(flags),
    hasProxy: flags.proxy,
    imageCatalogue: flags.imageCatalogue,
    capacity: { cpu: flags.nodeCpu, memory: flags.nodeMemory, gpu: flags.nodeGpu },
    timeoutSeconds: flags.timeout,
  };
}

function podsWish({ pods, simulate }: UpFlags): Pick<UpOptions, "pods"> {
  if (simulate) return { pods: "simulated" };
  return pods === undefined ? {} : { pods };
}

/** Whoever reads events learns from them, too, why there are no more. */
async function tellingErrors<T>(reporter: Reporter, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError)
      reporter.tell({ event: "error", message: error.message, hint: error.hint });
    throw error;
  }
}

function reporterFor({ json }: SharedFlags, { config }: ProgramContext): Reporter {
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  if (json) return jsonReporter(write);
  const { isTTY = false, columns = 120, rows = 40 } = process.stdout;
  // A dumb terminal shows what would move its cursor.
  const isTerminal = isTTY && config.environment["TERM"] !== "dumb";
  return textReporter({ write, isTerminal, columns, rows, isColourful: isTTY && config.isColourful });
}
