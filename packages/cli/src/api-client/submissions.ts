import { readFile } from "node:fs/promises";
import { toJson } from "@bufbuild/protobuf";
import { JobSubmissionInfoSchema } from "@heliostat/proto";
import type { ProgramContext } from "../command-line/program-context.ts";
import { printJson, printLines } from "../output/print.ts";
import { textTable } from "../output/text-table.ts";
import { fileTrouble } from "../system/file-trouble.ts";
import { UserError } from "../user-error.ts";
import { type ApiFlags, withApi } from "./connect-api.ts";

interface OnCluster extends ApiFlags {
  readonly cluster: string;
}

interface OnJob extends OnCluster {
  readonly id: string;
}

export interface SubmitOptions extends OnCluster {
  readonly entrypoint: string;
  readonly id?: string;
  /** A file of YAML. */
  readonly runtimeEnv?: string;
  readonly cpus: number;
}

/** Print the jobs that a cluster remembers. @throws UserError */
export async function listSubmissions(
  { cluster, namespace, json, ...place }: OnCluster,
  { config, signal }: ProgramContext,
): Promise<void> {
  const { submissions } = await withApi(place, config, (api) =>
    api.submissions.listJobDetails({ namespace, clustername: cluster }, { signal }),
  );
  if (json) printJson(submissions.map((each) => toJson(JobSubmissionInfoSchema, each)));
  else if (submissions.length === 0) printLines([`No jobs on ${cluster}.`]);
  else
    printLines(
      textTable(
        ["ID", "STATUS", "ENTRYPOINT"],
        submissions.map(({ submissionId, status, entrypoint }) => [submissionId, status, entrypoint]),
      ),
    );
}

/** Submit a job and print its id. @throws UserError */
export async function submit(
  { cluster, entrypoint, id, runtimeEnv, cpus, namespace, json, ...place }: SubmitOptions,
  { config }: ProgramContext,
): Promise<void> {
  const environment = runtimeEnv === undefined ? "" : await readRuntimeEnv(runtimeEnv);
  const jobsubmission = {
    entrypoint,
    runtimeEnv: environment,
    entrypointNumCpus: cpus,
    ...(id !== undefined && { submissionId: id }),
  };
  const { submissionId } = await withApi(place, config, (api) =>
    api.submissions.submitRayJob({ namespace, clustername: cluster, jobsubmission }),
  );
  if (json) printJson({ submissionId });
  else printLines([submissionId]);
}

/** Print what is known of a job. @throws UserError */
export async function getSubmission(job: OnJob, { config, signal }: ProgramContext): Promise<void> {
  const info = await withApi(job, config, (api) => api.submissions.getJobDetails(nameOf(job), { signal }));
  printJson(toJson(JobSubmissionInfoSchema, info));
}

/** Print everything that a job has printed. @throws UserError */
export async function printLog(job: OnJob, { config, signal }: ProgramContext): Promise<void> {
  const { log } = await withApi(job, config, (api) => api.submissions.getJobLog(nameOf(job), { signal }));
  process.stdout.write(log);
}

/** Ask a job to stop. @throws UserError */
export async function stopSubmission(job: OnJob, { config }: ProgramContext): Promise<void> {
  await withApi(job, config, (api) => api.submissions.stopRayJob(nameOf(job)));
  printLines([`job ${job.id} is to stop`]);
}

/** Forget a job. @throws UserError */
export async function deleteSubmission(job: OnJob, { config }: ProgramContext): Promise<void> {
  await withApi(job, config, (api) => api.submissions.deleteRayJob(nameOf(job)));
  printLines([`job ${job.id} deleted`]);
}

function nameOf({ namespace, cluster, id }: OnJob): {
  readonly namespace: string;
  readonly clustername: string;
  readonly submissionid: string;
} {
  return { namespace, clustername: cluster, submissionid: id };
}

async function readRuntimeEnv(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(`Cannot read "${file}": ${fileTrouble(cause)}`, { cause });
  }
}
