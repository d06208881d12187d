import type { RayJobSubmission } from "@heliostat/proto";
import type { JobRequest } from "@heliostat/ray";
import { ApiError } from "../../errors/api-error.ts";
import { yamlMap } from "../yaml-map.ts";

/**
 * A submission as Ray's own API asks for it. Nothing is sent that the request does not say.
 *
 * @throws ApiError `InvalidArgument`, naming the field
 */
export function jobRequest(submission: RayJobSubmission): JobRequest {
  const { entrypoint, submissionId, metadata, entrypointNumCpus, entrypointNumGpus } = submission;
  if (entrypoint === "")
    throw new ApiError("InvalidArgument", "jobsubmission.entrypoint is empty: give the command to run");
  const runtimeEnv = yamlMap(submission.runtimeEnv, "jobsubmission.runtimeEnv");
  const entrypointResources = amounts(submission.entrypointResources);
  return {
    entrypoint,
    ...(submissionId !== "" && { submissionId }),
    ...(Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
    ...(runtimeEnv && { runtimeEnv }),
    ...(entrypointNumCpus > 0 && { entrypointNumCpus }),
    ...(entrypointNumGpus > 0 && { entrypointNumGpus }),
    ...(entrypointResources && { entrypointResources }),
  };
}

function amounts(texts: Readonly<Record<string, string>>): Readonly<Record<string, number>> | undefined {
  const entries = Object.entries(texts).map(([name, text]) => [name, amount(name, text)] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function amount(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new ApiError(
    "InvalidArgument",
    `jobsubmission.entrypointResources.${name} must be a number of 0 or more, but is "${text}"`,
  );
}
