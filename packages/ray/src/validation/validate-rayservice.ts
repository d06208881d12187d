import { MAX_OWNER_NAME_LENGTH } from "../names/cluster-names.ts";
import { isAutoscaling } from "../raycluster/autoscaling.ts";
import { initializingTimeoutMs } from "../rayservice/initializing-timeout.ts";
import type { RayService, RayServiceSpec } from "../rayservice/types.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { embeddedClusterProblems } from "./embedded-cluster.ts";
import { nameProblems } from "./name-rules.ts";
import { problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const CLUSTER = "spec.rayClusterConfig";

/**
 * What is wrong with a service's spec, all at once, in KubeRay's order; nothing when it may serve. What `serveConfigV2`
 * says is Ray's to judge.
 */
export function validateRayServiceSpec({ metadata, spec }: RayService): readonly SpecProblem[] {
  const { rayClusterConfig, rayClusterDeletionDelaySeconds: delay = 0 } = spec;
  const headServiceName = rayClusterConfig.headGroupSpec.headService?.metadata?.name;
  return [
    ...embeddedClusterProblems({
      spec: rayClusterConfig,
      at: CLUSTER,
      owner: "RayService",
      annotations: metadata.annotations,
    }),
    ...problemsAmong([
      [
        Boolean(headServiceName),
        `${CLUSTER}.headGroupSpec.headService.metadata.name`,
        "must be left out, since two clusters stand side by side while one takes over",
      ],
    ]),
    ...upgradeTypeRules(spec),
    ...problemsAmong([
      [delay < 0, "spec.rayClusterDeletionDelaySeconds", `must not be negative, but is ${delay}`],
    ]),
    ...incrementalRules(spec),
  ];
}

/** What is wrong with a service's name and its annotations: that of its cluster has six characters more. */
export function validateRayServiceMetadata({ metadata }: RayService): readonly SpecProblem[] {
  const timeout = metadata.annotations?.[ANNOTATION.initializingTimeout];
  return [
    ...nameProblems(metadata.name, MAX_OWNER_NAME_LENGTH),
    ...problemsAmong([
      [
        timeout !== undefined && initializingTimeoutMs(metadata) === undefined,
        `metadata.annotations["${ANNOTATION.initializingTimeout}"]`,
        `must be a duration above 0, such as "5m", or whole seconds, but is "${timeout}"`,
      ],
    ]),
  ];
}

const TYPES: readonly string[] = ["NewCluster", "NewClusterWithIncrementalUpgrade", "None"];

function upgradeTypeRules({ upgradeStrategy }: RayServiceSpec): readonly SpecProblem[] {
  const { type } = upgradeStrategy ?? {};
  return problemsAmong([
    [
      type !== undefined && !TYPES.includes(type),
      "spec.upgradeStrategy.type",
      `must be one of ${TYPES.map((each) => `"${each}"`).join(", ")}, but is "${type}"`,
    ],
  ]);
}

/** Traffic moves in steps to a cluster that grows with it. */
function incrementalRules({ upgradeStrategy, rayClusterConfig }: RayServiceSpec): readonly SpecProblem[] {
  if (upgradeStrategy?.type !== "NewClusterWithIncrementalUpgrade") return [];
  const at = "spec.upgradeStrategy.clusterUpgradeOptions";
  const { clusterUpgradeOptions: options } = upgradeStrategy;
  const { maxSurgePercent: surge = 100, stepSizePercent: step = 0, intervalSeconds = 0 } = options ?? {};
  const scaling = problemsAmong([
    [
      !isAutoscaling(rayClusterConfig),
      `${CLUSTER}.enableInTreeAutoscaling`,
      "must be true for an incremental upgrade, whose clusters grow and shrink with the traffic",
    ],
    [options === undefined, at, "must be set for an incremental upgrade"],
  ]);
  if (!options) return scaling;
  return [
    ...scaling,
    ...problemsAmong([
      [surge < 0 || surge > 100, `${at}.maxSurgePercent`, `must be from 0 to 100, but is ${surge}`],
      [step < 0 || step > 100, `${at}.stepSizePercent`, `must be from 0 to 100, but is ${step}`],
      [
        step > surge,
        `${at}.stepSizePercent`,
        `must not exceed maxSurgePercent, but is ${step} and maxSurgePercent is ${surge}`,
      ],
      [intervalSeconds <= 0, `${at}.intervalSeconds`, `must be above 0, but is ${intervalSeconds}`],
      [!options.gatewayClassName, `${at}.gatewayClassName`, "must name the class of the Gateway"],
    ]),
  ];
}
