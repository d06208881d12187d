import { type Command, InvalidArgumentError } from "commander";
import type { ApiFlags } from "../api-client/connect-api.ts";
import type { ProgramContext } from "./program-context.ts";

interface FileFlags extends ApiFlags {
  readonly file: string;
}

interface SubmitFlags extends ApiFlags {
  readonly id?: string;
  readonly runtimeEnv?: string;
  readonly cpus: number;
}

/** `api`: compute templates, clusters and job submissions, through the API server. */
export function addApiClient(root: Command, context: ProgramContext): void {
  const api = root.command("api").description("compute templates, clusters and jobs, through the API server");
  addObjects(api.command("templates").description("compute templates"), context);
  addObjects(api.command("clusters").description("clusters that are made of templates"), context);
  addSubmissions(
    api.command("submissions").description("jobs that are submitted to a running cluster"),
    context,
  );
}

function addObjects(group: Command, context: ProgramContext): void {
  const kind = group.name() as "templates" | "clusters";
  withApiFlags(group.command("list")).action(async (flags: ApiFlags) => {
    const { listObjects } = await import("../api-client/objects.ts");
    await listObjects(kind, flags, context);
  });
  withApiFlags(group.command("get").argument("<name>")).action(async (name: string, flags: ApiFlags) => {
    const { getObject } = await import("../api-client/objects.ts");
    await getObject(kind, { name, ...flags }, context);
  });
  withApiFlags(group.command("create"))
    .requiredOption("-f, --file <file>", "YAML or JSON, as the API takes it; - for standard input")
    .action(async (flags: FileFlags) => {
      const { createObject } = await import("../api-client/objects.ts");
      await createObject(kind, flags, context);
    });
  withApiFlags(group.command("delete").argument("<name>")).action(async (name: string, flags: ApiFlags) => {
    const { deleteObject } = await import("../api-client/objects.ts");
    await deleteObject(kind, { name, ...flags }, context);
  });
}

function addSubmissions(group: Command, context: ProgramContext): void {
  const onJob = (verb: string): Command =>
    withApiFlags(group.command(verb).argument("<cluster>").argument("<id>"));
  withApiFlags(group.command("list").argument("<cluster>")).action(
    async (cluster: string, flags: ApiFlags) => {
      const { listSubmissions } = await import("../api-client/submissions.ts");
      await listSubmissions({ cluster, ...flags }, context);
    },
  );
  withApiFlags(group.command("submit").argument("<cluster>").argument("<entrypoint...>"))
    .option("--id <id>", "the submission's id; without, Ray makes one up")
    .option("--runtime-env <file>", "YAML of Ray's runtime environment")
    .option("--cpus <count>", "reserved for the entry point itself", someNumber, 0)
    .action(async (cluster: string, words: readonly string[], flags: SubmitFlags) => {
      const { submit } = await import("../api-client/submissions.ts");
      await submit({ cluster, entrypoint: words.join(" "), ...flags }, context);
    });
  onJob("get").action(async (cluster: string, id: string, flags: ApiFlags) => {
    const { getSubmission } = await import("../api-client/submissions.ts");
    await getSubmission({ cluster, id, ...flags }, context);
  });
  onJob("log").action(async (cluster: string, id: string, flags: ApiFlags) => {
    const { printLog } = await import("../api-client/submissions.ts");
    await printLog({ cluster, id, ...flags }, context);
  });
  onJob("stop").action(async (cluster: string, id: string, flags: ApiFlags) => {
    const { stopSubmission } = await import("../api-client/submissions.ts");
    await stopSubmission({ cluster, id, ...flags }, context);
  });
  onJob("delete").action(async (cluster: string, id: string, flags: ApiFlags) => {
    const { deleteSubmission } = await import("../api-client/submissions.ts");
    await deleteSubmission({ cluster, id, ...flags }, context);
  });
}

function withApiFlags(command: Command): Command {
  return command
    .option("--server <url>", "where the API server is; without, HELIOSTAT_API_URL, else this laptop's")
    .option("--token <token>", "who calls; without, HELIOSTAT_API_TOKEN, else the laptop's administrator")
    .option("-n, --namespace <name>", "of the object", "default")
    .option("--json", "print what the API answers", false);
}

function someNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0)) throw new InvalidArgumentError("Want a number, 0 or more.");
  return number;
}
