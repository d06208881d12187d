import { MAX_OWNER_NAME_LENGTH } from "../names/cluster-names.ts";
import type { RayJob } from "../rayjob/types.ts";
import { embeddedClusterProblems } from "./embedded-cluster.ts";
import { nameProblems } from "./name-rules.ts";
import { deletionRules } from "./rayjob-deletion-rules.ts";
import { clusterChoiceRules, limitRules, modeRules, shutdownRules } from "./rayjob-rules.ts";
import { problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/** What the validation borrows, to stay without a YAML library of its own. */
export interface RayJobValidation {
  /** The value of a YAML text. It throws what a reader of the text should know. */
  readonly parseYaml: (text: string) => unknown;
}

/** What is wrong with a job's spec, all at once, in KubeRay's order; nothing when it may run. */
export function validateRayJobSpec(job: RayJob, { parseYaml }: RayJobValidation): readonly SpecProblem[] {
  const { metadata, spec } = job;
  const { rayClusterSpec, runtimeEnvYAML } = spec;
  return [
    ...shutdownRules(spec),
    ...deletionRules(spec),
    ...clusterChoiceRules(spec),
    ...modeRules(spec),
    ...(rayClusterSpec
      ? embeddedClusterProblems({
          spec: rayClusterSpec,
          at: "spec.rayClusterSpec",
          owner: "RayJob",
          annotations: metadata.annotations,
        })
      : []),
    ...(runtimeEnvYAML ? runtimeEnvProblems(runtimeEnvYAML, parseYaml) : []),
    ...limitRules(spec),
  ];
}

/** What is wrong with a job's name: that of its cluster has six characters more. */
export function validateRayJobMetadata({ metadata }: RayJob): readonly SpecProblem[] {
  return nameProblems(metadata.name, MAX_OWNER_NAME_LENGTH);
}

/** What is wrong with a job's status, whoever wrote it. */
export function validateRayJobStatus({ spec, status }: RayJob): readonly SpecProblem[] {
  const isWaiting = status?.jobDeploymentStatus === "Waiting";
  return problemsAmong([
    [
      isWaiting && spec.submissionMode !== "InteractiveMode",
      "status.jobDeploymentStatus",
      'is "Waiting", which only a job of the "InteractiveMode" can be',
    ],
  ]);
}

function runtimeEnvProblems(text: string, parseYaml: RayJobValidation["parseYaml"]): readonly SpecProblem[] {
  const field = "spec.runtimeEnvYAML";
  try {
    const value = parseYaml(text);
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMap ? [] : [{ field, message: "must be a YAML map, such as `pip: [numpy]`" }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ field, message: `must be YAML, but cannot be read: ${why}` }];
  }
}
