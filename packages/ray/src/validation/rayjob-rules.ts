import type { RayJobSpec } from "../rayjob/types.ts";
import { LABEL } from "../vocabulary/labels.ts";
import { problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/** Suspending a job and waiting after its end make sense only where its cluster goes with it. */
export function shutdownRules(spec: RayJobSpec): readonly SpecProblem[] {
  const { suspend, shutdownAfterJobFinishes, ttlSecondsAfterFinished: seconds = 0 } = spec;
  const needed = 'needs "spec.shutdownAfterJobFinishes" to be true';
  return problemsAmong([
    [suspend === true && !shutdownAfterJobFinishes, "spec.suspend", needed],
    [seconds < 0, "spec.ttlSecondsAfterFinished", `must not be negative, but is ${seconds}`],
    [seconds > 0 && !shutdownAfterJobFinishes, "spec.ttlSecondsAfterFinished", needed],
  ]);
}

/** A job runs on a cluster of its own, or on one that exists and that it must leave as it is. */
export function clusterChoiceRules(spec: RayJobSpec): readonly SpecProblem[] {
  const { clusterSelector, rayClusterSpec, suspend, submissionMode, backoffLimit = 0 } = spec;
  if (!hasSelector(spec)) {
    return problemsAmong([
      [
        rayClusterSpec === undefined,
        "spec.rayClusterSpec",
        'must be set, unless "spec.clusterSelector" names a cluster that exists',
      ],
    ]);
  }
  const selected = 'with "spec.clusterSelector", whose cluster is not the job\'s';
  return problemsAmong([
    [suspend === true, "spec.suspend", `has no meaning ${selected}; remove it`],
    [
      !clusterSelector?.[LABEL.cluster],
      `spec.clusterSelector["${LABEL.cluster}"]`,
      "must name the cluster; no other key is read",
    ],
    [submissionMode === "SidecarMode", "spec.submissionMode", `must not be "SidecarMode" ${selected}`],
    [backoffLimit > 0, "spec.backoffLimit", `must be 0 ${selected}, since each try takes a new cluster`],
  ]);
}

/** Whether the job runs on a cluster that exists. */
export function hasSelector({ clusterSelector }: RayJobSpec): boolean {
  return Object.keys(clusterSelector ?? {}).length > 0;
}

/** What each way to submit can do without. */
export function modeRules(spec: RayJobSpec): readonly SpecProblem[] {
  const { submissionMode: mode, backoffLimit = 0, submitterPodTemplate, submitterConfig } = spec;
  const { restartPolicy = "" } = spec.rayClusterSpec?.headGroupSpec.template.spec ?? {};
  const isSidecar = mode === "SidecarMode";
  const noSubmitter = 'has no use in the "SidecarMode", which has no pod for it; remove it';
  return problemsAmong([
    [
      mode === "InteractiveMode" && backoffLimit > 0,
      "spec.backoffLimit",
      'must be 0 in the "InteractiveMode", where nobody would submit again',
    ],
    [isSidecar && submitterPodTemplate !== undefined, "spec.submitterPodTemplate", noSubmitter],
    [isSidecar && submitterConfig !== undefined, "spec.submitterConfig", noSubmitter],
    [
      isSidecar && restartPolicy !== "" && restartPolicy !== "Never",
      "spec.rayClusterSpec.headGroupSpec.template.spec.restartPolicy",
      `must be "Never" or unset in the "SidecarMode", but is "${restartPolicy}"`,
    ],
  ]);
}

/** Limits are limits only above zero. */
export function limitRules(spec: RayJobSpec): readonly SpecProblem[] {
  const { activeDeadlineSeconds: active = 1, preRunningDeadlineSeconds: before = 1, backoffLimit = 0 } = spec;
  return problemsAmong([
    [active <= 0, "spec.activeDeadlineSeconds", `must be above 0, but is ${active}`],
    [before <= 0, "spec.preRunningDeadlineSeconds", `must be above 0, but is ${before}`],
    [backoffLimit < 0, "spec.backoffLimit", `must not be negative, but is ${backoffLimit}`],
  ]);
}
