import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import {
  GetJobLogReplySchema,
  ListJobSubmissionInfoSchema,
  RayJobSubmissionSchema,
  SubmitRayJobReplySchema,
} from "@heliostat/proto";
import { isJobOver, isRayError, type RayDashboard } from "@heliostat/ray";
import { ApiError } from "../errors/api-error.ts";
import { invalidInput, notFound } from "../errors/failures.ts";
import type { CallContext, Handlers } from "../handlers.ts";
import { jobRequest } from "../objects/submissions/job-request.ts";
import { submissionMessage } from "../objects/submissions/submission-message.ts";
import type { ApiPorts } from "../ports.ts";
import { findManaged } from "../reading/find-object.ts";
import type { ClusterReads } from "./cluster-calls.ts";
import { dashboardOfCluster } from "./dashboard-of.ts";

/** Which submission, on which cluster. */
export interface SubmissionTarget {
  readonly namespace: string;
  readonly clustername: string;
  readonly submissionid: string;
}

/** The calls of `RayJobSubmissionService`: Ray's own job API, found by the name of its cluster. */
export function submissionCalls(
  ports: ApiPorts,
  reads: Pick<ClusterReads, "findable">,
): Handlers["RayJobSubmissionService"] {
  const dashboard = dashboards(ports, reads);
  return {
    async submitRayJob(request, call) {
      const ray = await dashboard(request, call);
      const submission = request.jobsubmission ?? create(RayJobSubmissionSchema);
      const { submissionId } = await submitted(ray, jobRequest(submission), call);
      return create(SubmitRayJobReplySchema, { submissionId });
    },
    async getJobDetails(request, call) {
      const ray = await dashboardFor(request, call);
      return submissionMessage(await known(request, ray.job(request.submissionid, call)));
    },
    async getJobLog(request, call) {
      const ray = await dashboardFor(request, call);
      return create(GetJobLogReplySchema, {
        log: await known(request, ray.jobLogs(request.submissionid, call)),
      });
    },
    async listJobDetails(request, call) {
      const jobs = await (await dashboard(request, call)).jobs(call);
      return create(ListJobSubmissionInfoSchema, { submissions: jobs.map(submissionMessage) });
    },
    async stopRayJob(request, call) {
      const ray = await dashboardFor(request, call);
      const isStopped = await known(request, ray.stopJob(request.submissionid, call));
      if (!isStopped) await checkIsOver(request, ray, call);
      return create(EmptySchema);
    },
    async deleteRayJob(request, call) {
      const ray = await dashboardFor(request, call);
      await known(request, ray.deleteJob(request.submissionid, call));
      return create(EmptySchema);
    },
  };

  function dashboardFor(request: SubmissionTarget, call: CallContext): Promise<RayDashboard> {
    checkSubmissionId(request);
    return dashboard(request, call);
  }
}

/** The way from a request to the dashboard that it speaks of. */
export function dashboards(
  ports: ApiPorts,
  { findable }: Pick<ClusterReads, "findable">,
): (target: Omit<SubmissionTarget, "submissionid">, call: CallContext) => Promise<RayDashboard> {
  return async ({ clustername: name, namespace }, { signal }) => {
    if (name === "") throw invalidInput("Cluster name is empty. Please specify a valid value.");
    if (namespace === "") throw invalidInput("Namespace is empty. Please specify a valid value.");
    const cluster = await findManaged(ports, findable, { name, namespace, signal });
    return dashboardOfCluster(ports, cluster, signal);
  };
}

export function checkSubmissionId({ submissionid }: SubmissionTarget): void {
  if (submissionid === "") throw invalidInput("Submission ID is empty. Please specify a valid value.");
}

/** What Ray answers, with a sentence of ours where it knows no such job. KubeRay answers 500. */
export async function known<T>({ submissionid }: SubmissionTarget, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isRayError(error, "NotFound")) throw unknownJob(submissionid, error);
    throw error;
  }
}

export function unknownJob(submissionId: string, cause: unknown): ApiError {
  return notFound(`Job ${submissionId} does not exist on the cluster`, cause);
}

async function submitted(
  ray: RayDashboard,
  request: Parameters<RayDashboard["submitJob"]>[0],
  { signal }: CallContext,
): Promise<{ readonly submissionId: string }> {
  try {
    return await ray.submitJob(request, { signal });
  } catch (error) {
    if (!isRayError(error, "AlreadyExists")) throw error;
    throw new ApiError(
      "AlreadyExists",
      `submission ID '${request.submissionId}' already used, please use a different one or leave it out`,
      { cause: error },
    );
  }
}

/** A job that Ray did not stop has ended by itself, or something is wrong. */
async function checkIsOver(
  request: SubmissionTarget,
  ray: RayDashboard,
  { signal }: CallContext,
): Promise<void> {
  const { status } = await known(request, ray.job(request.submissionid, { signal }));
  if (isJobOver(status)) return;
  throw new ApiError(
    "Unavailable",
    `Cannot stop job ${request.submissionid}: Ray has left it ${status}; try again`,
  );
}
