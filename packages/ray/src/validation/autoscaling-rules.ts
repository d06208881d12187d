import { autoscalerVersion, isAutoscaling, isV2Variable } from "../raycluster/autoscaling.ts";
import { rayContainerOf } from "../raycluster/ray-container.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import {
  type ClusterSubject,
  groupPath,
  HEAD_ENV,
  hasVariable,
  placedGroups,
  problemsAmong,
} from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const OPTIONS = "spec.autoscalerOptions";

/** What may be set depends on whether the cluster scales itself, and by which generation of the autoscaler. */
export function autoscalingRules(cluster: ClusterSubject): readonly SpecProblem[] {
  return [...(isAutoscaling(cluster.spec) ? whenOn(cluster) : whenOff(cluster)), ...optionRules(cluster)];
}

function whenOff({ spec }: ClusterSubject): readonly SpecProblem[] {
  const isV2 = isV2Variable(rayContainerOf(spec.headGroupSpec.template));
  return problemsAmong([
    [
      isV2,
      HEAD_ENV,
      `sets "${ENV.enableAutoscalerV2}" although the cluster does not scale itself; set "spec.enableInTreeAutoscaling" to true`,
    ],
  ]);
}

function whenOn({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { headGroupSpec, workerGroupSpecs = [] } = spec;
  const hasChoice = hasVariable(rayContainerOf(headGroupSpec.template), ENV.enableAutoscalerV2);
  const restarting = autoscalerVersion(spec) === "v2" ? placedGroups(spec) : [];
  return [
    ...workerGroupSpecs.flatMap(({ suspend }, index) =>
      problemsAmong([
        [
          suspend === true,
          `${groupPath(index)}.suspend`,
          "has no effect on a cluster that scales itself; remove it",
        ],
      ]),
    ),
    ...problemsAmong([
      [
        hasChoice && spec.autoscalerOptions?.version !== undefined,
        HEAD_ENV,
        `sets "${ENV.enableAutoscalerV2}" beside "${OPTIONS}.version"; keep the latter`,
      ],
    ]),
    ...restarting.flatMap(({ group, at }) => {
      const { restartPolicy = "" } = group.template.spec ?? {};
      const isWrong = restartPolicy !== "" && restartPolicy !== "Never";
      return problemsAmong([
        [
          isWrong,
          `${at}.template.spec.restartPolicy`,
          `must be "Never" or unset under autoscaler v2, but is "${restartPolicy}"`,
        ],
      ]);
    }),
  ];
}

function optionRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { idleTimeoutSeconds = 0, env = [] } = spec.autoscalerOptions ?? {};
  return problemsAmong([
    [
      idleTimeoutSeconds < 0,
      `${OPTIONS}.idleTimeoutSeconds`,
      `must not be negative, but is ${idleTimeoutSeconds}`,
    ],
    [
      env.some(({ name }) => name === ENV.autoscalerCommand),
      `${OPTIONS}.env`,
      `must not set "${ENV.autoscalerCommand}", which the operator sets; remove it`,
    ],
  ]);
}
