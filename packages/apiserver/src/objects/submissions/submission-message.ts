import { create } from "@bufbuild/protobuf";
import { type JobSubmissionInfo, JobSubmissionInfoSchema } from "@heliostat/proto";
import type { JobDetails } from "@heliostat/ray";
import { goText } from "./go-text.ts";

/** A job of Ray's as the API tells it. */
export function submissionMessage(job: JobDetails): JobSubmissionInfo {
  const runtimeEnv = Object.entries(job.runtimeEnv ?? {}).map(([key, value]) => [key, goText(value)]);
  return create(JobSubmissionInfoSchema, {
    entrypoint: job.entrypoint,
    jobId: job.jobId ?? "",
    submissionId: job.submissionId ?? "",
    status: job.status,
    message: job.message ?? "",
    errorType: job.errorType ?? "",
    startTime: BigInt(Math.trunc(job.startTimeMs ?? 0)),
    endTime: BigInt(Math.trunc(job.endTimeMs ?? 0)),
    metadata: { ...job.metadata },
    runtimeEnv: Object.fromEntries(runtimeEnv),
  });
}
