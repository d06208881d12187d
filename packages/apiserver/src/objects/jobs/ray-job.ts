import { isQualifiedName, type PodTemplateSpec, parseQuantity } from "@heliostat/kube";
import type { RayJob as JobMessage, RayJobSubmitter } from "@heliostat/proto";
import { APP_NAME, LABEL, type RayJob, type RayJobSpec } from "@heliostat/ray";
import { ApiError } from "../../errors/api-error.ts";
import { rayClusterSpec } from "../clusters/cluster-spec.ts";
import type { CreationFacts } from "../creation-facts.ts";
import type { Template } from "../templates/template.ts";
import { API_LABEL, API_MANAGER } from "../vocabulary.ts";
import { yamlMap } from "../yaml-map.ts";

/** What the submitter's pod has where the request names no amounts. */
export const SUBMITTER = { container: "ray-job-submitter", cpu: "1", memory: "1Gi" } as const;

/**
 * The RayJob that a message asks for (KubeRay's shape).
 *
 * @throws ApiError `InvalidArgument` when a volume, an amount or a map cannot be read
 */
export function rayJobObject(
  job: JobMessage,
  templates: ReadonlyMap<string, Template>,
  facts: CreationFacts,
): RayJob {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayJob",
    metadata: {
      name: job.name,
      namespace: job.namespace,
      labels: {
        [API_LABEL.clusterName]: job.name,
        [API_LABEL.user]: job.user || facts.callerName,
        [LABEL.appName]: APP_NAME,
        [API_LABEL.managedBy]: API_MANAGER,
      },
      annotations: { ...legalAnnotations(job.metadata), ...facts.callerAnnotations },
    },
    spec: { ...jobSpec(job), ...clusterOf(job, templates, facts) },
  };
}

/** Metadata of a job is free text to Ray; only what Kubernetes takes becomes an annotation too. */
function legalAnnotations(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => isQualifiedName(key)));
}

function jobSpec(job: JobMessage): RayJobSpec {
  const { entrypoint, metadata, runtimeEnv, jobId, clusterSelector, jobSubmitter } = job;
  yamlMap(runtimeEnv, "runtimeEnv");
  yamlMap(job.entrypointResources, "entrypointResources");
  return {
    ...(entrypoint !== "" && { entrypoint }),
    ...(hasKeys(metadata) && { metadata: { ...metadata } }),
    ...(runtimeEnv !== "" && { runtimeEnvYAML: runtimeEnv }),
    ...(job.shutdownAfterJobFinishes && { shutdownAfterJobFinishes: true }),
    ...(job.ttlSecondsAfterFinished !== 0 && { ttlSecondsAfterFinished: job.ttlSecondsAfterFinished }),
    ...(jobId !== "" && { jobId }),
    ...(hasKeys(clusterSelector) && { clusterSelector: { ...clusterSelector } }),
    ...(jobSubmitter && { submitterPodTemplate: submitterTemplate(job.name, jobSubmitter) }),
    ...entrypointAmounts(job),
    ...(job.activeDeadlineSeconds > 0 && { activeDeadlineSeconds: job.activeDeadlineSeconds }),
  };
}

function entrypointAmounts(job: JobMessage): Partial<RayJobSpec> {
  const { entrypointNumCpus, entrypointNumGpus, entrypointResources } = job;
  return {
    ...(entrypointNumCpus > 0 && { entrypointNumCpus }),
    ...(entrypointNumGpus > 0 && { entrypointNumGpus }),
    ...(entrypointResources !== "" && { entrypointResources }),
  };
}

function clusterOf(
  { clusterSpec, version }: JobMessage,
  templates: ReadonlyMap<string, Template>,
  facts: CreationFacts,
): Partial<RayJobSpec> {
  if (!clusterSpec) return {};
  const rayVersion = version || facts.defaultRayVersion;
  return { rayClusterSpec: rayClusterSpec(clusterSpec, { templates, version: facts.version, rayVersion }) };
}

function submitterTemplate(jobName: string, submitter: RayJobSubmitter): PodTemplateSpec {
  const amounts = { cpu: submitter.cpu || SUBMITTER.cpu, memory: submitter.memory || SUBMITTER.memory };
  for (const [name, amount] of Object.entries(amounts))
    if (parseQuantity(amount) === undefined)
      throw new ApiError(
        "InvalidArgument",
        `${name} for ray job submitter ${jobName} is not specified correctly`,
      );
  return {
    spec: {
      containers: [
        {
          name: SUBMITTER.container,
          image: submitter.image,
          resources: { requests: amounts, limits: amounts },
        },
      ],
      restartPolicy: "Never",
    },
  };
}

function hasKeys(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length > 0;
}
