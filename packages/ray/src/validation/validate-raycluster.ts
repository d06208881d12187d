import { isConditionTrue } from "@heliostat/kube";
import { MAX_CLUSTER_NAME_LENGTH } from "../names/cluster-names.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { CONDITION } from "../vocabulary/conditions.ts";
import { authRules } from "./auth-rules.ts";
import { autoscalingRules } from "./autoscaling-rules.ts";
import { faultToleranceRules } from "./fault-tolerance-rules.ts";
import { featureRules } from "./feature-rules.ts";
import { groupNameRules, groupRules } from "./group-rules.ts";
import { historyRules } from "./history-rules.ts";
import { nameProblems } from "./name-rules.ts";
import { networkPolicyRules } from "./network-policy-rules.ts";
import { problemsAmong, type Rule } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";
import { upgradeRules } from "./upgrade-rules.ts";

/** KubeRay's rules in its order, so that the first problem here is the one that it would report; then ours. */
const SPEC_RULES: readonly Rule[] = [
  groupRules,
  faultToleranceRules,
  autoscalingRules,
  historyRules,
  authRules,
  networkPolicyRules,
  featureRules,
  upgradeRules,
  groupNameRules,
];

/** What is wrong with a cluster's spec, all at once; nothing when it may be built. */
export function validateRayClusterSpec({ metadata, spec }: RayCluster): readonly SpecProblem[] {
  const { annotations = {}, labels = {} } = metadata;
  return SPEC_RULES.flatMap((rule) => rule({ spec, annotations, labels }));
}

/** What is wrong with a cluster's name: the names of its services are made of it and must fit. */
export function validateRayClusterMetadata({ metadata: { name } }: RayCluster): readonly SpecProblem[] {
  return nameProblems(name, MAX_CLUSTER_NAME_LENGTH);
}

/** What is wrong with a cluster's status. Whoever wrote it, no step of a suspension can be made out of it. */
export function validateRayClusterStatus({ status }: RayCluster): readonly SpecProblem[] {
  const isBoth = [CONDITION.suspending, CONDITION.suspended].every((type) =>
    isConditionTrue(status?.conditions, type),
  );
  return problemsAmong([
    [
      isBoth,
      "status.conditions",
      `says both "${CONDITION.suspending}" and "${CONDITION.suspended}"; only one can be true`,
    ],
  ]);
}
