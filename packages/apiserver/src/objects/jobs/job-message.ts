import { create } from "@bufbuild/protobuf";
import {
  type RayJob as JobMessage,
  RayJobSchema,
  type RayJobSubmitter,
  RayJobSubmitterSchema,
} from "@heliostat/proto";
import type { RayJob, RayJobSpec, RayJobStatus } from "@heliostat/ray";
import { clusterSpecMessage } from "../clusters/cluster-spec-message.ts";
import { protoSeconds, protoTime } from "../times.ts";
import { API_LABEL } from "../vocabulary.ts";
import { SUBMITTER } from "./ray-job.ts";

/** A RayJob as the API tells it: what was asked for, as it was asked for, and how it goes. */
export function jobMessage({ metadata, spec, status = {} }: RayJob): JobMessage {
  const createdAt = protoSeconds(metadata.creationTimestamp);
  const deleteAt = protoSeconds(metadata.deletionTimestamp);
  return create(RayJobSchema, {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    user: metadata.labels?.[API_LABEL.user] ?? "",
    ...specFields(spec),
    ...statusFields(status),
    ...(createdAt && { createdAt }),
    ...(deleteAt && { deleteAt }),
  });
}

function specFields(spec: RayJobSpec) {
  const { rayClusterSpec, submitterPodTemplate } = spec;
  const jobSubmitter = submitterMessage(submitterPodTemplate);
  return {
    ...entrypointFields(spec),
    metadata: { ...spec.metadata },
    runtimeEnv: spec.runtimeEnvYAML ?? "",
    shutdownAfterJobFinishes: spec.shutdownAfterJobFinishes ?? false,
    clusterSelector: { ...spec.clusterSelector },
    ttlSecondsAfterFinished: spec.ttlSecondsAfterFinished ?? 0,
    activeDeadlineSeconds: spec.activeDeadlineSeconds ?? 0,
    version: rayClusterSpec?.rayVersion ?? "",
    ...(rayClusterSpec && { clusterSpec: clusterSpecMessage(rayClusterSpec) }),
    ...(jobSubmitter && { jobSubmitter }),
  };
}

function entrypointFields(spec: RayJobSpec) {
  return {
    entrypoint: spec.entrypoint ?? "",
    entrypointNumCpus: spec.entrypointNumCpus ?? 0,
    entrypointNumGpus: spec.entrypointNumGpus ?? 0,
    entrypointResources: spec.entrypointResources ?? "",
  };
}

function statusFields(status: RayJobStatus) {
  const startTime = protoTime(status.startTime);
  const endTime = protoTime(status.endTime);
  return {
    // The id of the request is not told again: it counts once the status has it (echo rule).
    jobId: status.jobId ?? "",
    jobStatus: status.jobStatus ?? "",
    jobDeploymentStatus: status.jobDeploymentStatus ?? "",
    message: status.message ?? "",
    rayClusterName: status.rayClusterName ?? "",
    ...(startTime && { startTime }),
    ...(endTime && { endTime }),
  };
}

function submitterMessage(template: RayJobSpec["submitterPodTemplate"]): RayJobSubmitter | undefined {
  const container = template?.spec?.containers[0];
  if (!container) return undefined;
  const { cpu, memory } = container.resources?.limits ?? {};
  return create(RayJobSubmitterSchema, {
    image: container.image ?? "",
    cpu: unlessDefault(cpu, SUBMITTER.cpu),
    memory: unlessDefault(memory, SUBMITTER.memory),
  });
}

function unlessDefault(amount: string | number | undefined, usual: string): string {
  const text = String(amount ?? "");
  return text === usual ? "" : text;
}
