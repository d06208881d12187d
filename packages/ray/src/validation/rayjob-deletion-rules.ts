import { isAutoscaling } from "../raycluster/autoscaling.ts";
import type { DeletionPolicyType, DeletionRule, RayJobSpec } from "../rayjob/types.ts";
import { hasSelector } from "./rayjob-rules.ts";
import { problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const STRATEGY = "spec.deletionStrategy";

/** What is deleted after a job, said in one of two ways, and nothing that is not the job's. */
export function deletionRules(spec: RayJobSpec): readonly SpecProblem[] {
  const { deletionStrategy: strategy } = spec;
  if (!strategy) return [];
  return strategy.deletionRules ? byRules(spec, strategy.deletionRules) : byPolicies(spec);
}

function byRules(spec: RayJobSpec, rules: readonly DeletionRule[]): readonly SpecProblem[] {
  const { onSuccess, onFailure } = spec.deletionStrategy ?? {};
  return [
    ...problemsAmong([
      [
        spec.shutdownAfterJobFinishes === true,
        "spec.shutdownAfterJobFinishes",
        `is the older way to say "${STRATEGY}.deletionRules", which are set too; remove it`,
      ],
      [
        onSuccess !== undefined || onFailure !== undefined,
        STRATEGY,
        'has "onSuccess" or "onFailure" beside "deletionRules"; keep the rules',
      ],
    ]),
    ...rules.flatMap((rule, index) => [
      ...oneRule(spec, rule, ruleAt(index)),
      ...repetitions(rules.slice(0, index), rule, ruleAt(index)),
    ]),
    ...wrongOrder(rules),
  ];
}

function oneRule(spec: RayJobSpec, { policy, condition }: DeletionRule, at: string): readonly SpecProblem[] {
  const { jobStatus, jobDeploymentStatus, ttlSeconds = 0 } = condition;
  return [
    ...problemsAmong([
      [
        (jobStatus === undefined) === (jobDeploymentStatus === undefined),
        `${at}.condition`,
        'must name exactly one of "jobStatus" and "jobDeploymentStatus"',
      ],
      [ttlSeconds < 0, `${at}.condition.ttlSeconds`, `must not be negative, but is ${ttlSeconds}`],
    ]),
    ...forbidden(spec, policy, `${at}.policy`),
  ];
}

function repetitions(
  earlier: readonly DeletionRule[],
  { policy, condition }: DeletionRule,
  at: string,
): readonly SpecProblem[] {
  const same = earlier.findIndex((each) => each.policy === policy && keyOf(each) === keyOf({ condition }));
  return problemsAmong([[same >= 0, at, `says the same as "${ruleAt(same)}"; keep one of them`]]);
}

/** The more a rule deletes, the later it must come: what is gone cannot be deleted. */
const BY_EXTENT: readonly DeletionPolicyType[] = ["DeleteWorkers", "DeleteCluster", "DeleteSelf"];

function wrongOrder(rules: readonly DeletionRule[]): readonly SpecProblem[] {
  return rules.flatMap((late, index) =>
    problemsAmong(
      rules.map((early) => [
        keyOf(early) === keyOf(late) &&
          BY_EXTENT.indexOf(early.policy) >= 0 &&
          BY_EXTENT.indexOf(early.policy) < BY_EXTENT.indexOf(late.policy) &&
          secondsOf(early) > secondsOf(late),
        `${ruleAt(index)}.condition.ttlSeconds`,
        `is ${secondsOf(late)} for ${late.policy}, and must not be less than the ${secondsOf(early)} for ${early.policy}`,
      ]),
    ),
  );
}

function byPolicies(spec: RayJobSpec): readonly SpecProblem[] {
  const { deletionStrategy = {}, shutdownAfterJobFinishes } = spec;
  return (["onSuccess", "onFailure"] as const).flatMap((when) => {
    const { policy } = deletionStrategy[when] ?? {};
    const at = `${STRATEGY}.${when}.policy`;
    if (policy === undefined) return problemsAmong([[true, at, "must be set, or use deletionRules"]]);
    return [
      ...forbidden(spec, policy, at),
      ...problemsAmong([
        [
          policy === "DeleteNone" && shutdownAfterJobFinishes === true,
          at,
          'is "DeleteNone", but "spec.shutdownAfterJobFinishes" is true; keep one of them',
        ],
      ]),
    ];
  });
}

function forbidden(spec: RayJobSpec, policy: DeletionPolicyType, at: string): readonly SpecProblem[] {
  const isOthers = hasSelector(spec) && (policy === "DeleteCluster" || policy === "DeleteWorkers");
  const isScaling = policy === "DeleteWorkers" && spec.rayClusterSpec && isAutoscaling(spec.rayClusterSpec);
  return problemsAmong([
    [isOthers, at, `must not be "${policy}" with "spec.clusterSelector", whose cluster is not the job's`],
    [
      isScaling === true,
      at,
      'must not be "DeleteWorkers" for a cluster that scales itself, which would make them anew',
    ],
  ]);
}

function ruleAt(index: number): string {
  return `${STRATEGY}.deletionRules[${index}]`;
}

function keyOf({ condition }: Pick<DeletionRule, "condition">): string {
  return `${condition.jobStatus ?? ""}/${condition.jobDeploymentStatus ?? ""}`;
}

function secondsOf({ condition }: DeletionRule): number {
  return condition.ttlSeconds ?? 0;
}
