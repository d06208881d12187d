import { isLabelValue, isQualifiedName } from "@heliostat/kube";
import { autoscalerVersion, isAutoscaling } from "../raycluster/autoscaling.ts";
import { rayContainerOf } from "../raycluster/ray-container.ts";
import { isRayAtLeast } from "../raycluster/ray-version.ts";
import type { HeadGroupSpec, WorkerGroupSpec } from "../raycluster/types.ts";
import { HEAD_GROUP } from "../vocabulary/labels.ts";
import { type ClusterSubject, groupPath, HEAD, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/** The head, then each worker group by itself. */
export function groupRules(cluster: ClusterSubject): readonly SpecProblem[] {
  const { headGroupSpec, workerGroupSpecs = [] } = cluster.spec;
  return [
    ...anyGroup(headGroupSpec, HEAD),
    ...workerGroupSpecs.flatMap((group, index) => workerGroup(cluster, group, groupPath(index))),
  ];
}

/**
 * A group's name is what its pods are found by: a label that two groups may not share (KubeRay checks it in its webhook
 * only), nor may one be taken for the head. And a replica has no fewer hosts than none, which KubeRay lets stand for no
 * pods.
 */
export function groupNameRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  const groups = spec.workerGroupSpecs ?? [];
  const names = groups.map(({ groupName }) => groupName);
  return groups.flatMap(({ groupName: name, numOfHosts = 1 }, index) =>
    problemsAmong([
      [
        name === "" || !isLabelValue(name),
        `${groupPath(index)}.groupName`,
        `must be a label value (at most 63 letters, digits, "-", "_" and "."), but is "${name}"`,
      ],
      [numOfHosts < 0, `${groupPath(index)}.numOfHosts`, `must not be negative, but is ${numOfHosts}`],
      [
        names.indexOf(name) < index,
        `${groupPath(index)}.groupName`,
        `is "${name}", like an earlier group's; give each group a name of its own`,
      ],
      [
        name === HEAD_GROUP,
        `${groupPath(index)}.groupName`,
        `must not be "${HEAD_GROUP}", which means the head; choose another name`,
      ],
    ]),
  );
}

function workerGroup(cluster: ClusterSubject, group: WorkerGroupSpec, at: string): readonly SpecProblem[] {
  return [
    ...anyGroup(group, at),
    ...bounds(cluster, group, at),
    ...idleTimeout(cluster, group, at),
    ...priority(cluster, group, at),
  ];
}

function anyGroup(group: HeadGroupSpec | WorkerGroupSpec, at: string): readonly SpecProblem[] {
  return [...container(group, at), ...resources(group, at), ...labels(group, at)];
}

function container({ template }: HeadGroupSpec | WorkerGroupSpec, at: string): readonly SpecProblem[] {
  const isMissing = rayContainerOf(template) === undefined;
  return problemsAmong([
    [
      isMissing,
      `${at}.template.spec.containers`,
      "must hold at least one container, of which the first runs Ray",
    ],
  ]);
}

const RESOURCE_PARAMS = ["num-cpus", "num-gpus", "memory", "resources"];

function resources(group: HeadGroupSpec | WorkerGroupSpec, at: string): readonly SpecProblem[] {
  const { resources: named = {}, rayResources: alsoNamed = {}, rayStartParams = {} } = group;
  const hasBoth = Object.keys(named).length > 0 && Object.keys(alsoNamed).length > 0;
  const hasAny = Object.keys(named).length > 0 || Object.keys(alsoNamed).length > 0;
  const params = RESOURCE_PARAMS.filter((param) => rayStartParams[param]);
  return problemsAmong([
    [
      hasBoth,
      `${at}.rayResources`,
      `is another name for "${at}.resources", which is set too; keep one of them`,
    ],
    [
      hasAny && params.length > 0,
      `${at}.rayStartParams`,
      `sets ${quoted(params)} beside the group's "resources"; say it in one of the two places`,
    ],
  ]);
}

function labels(
  { labels: own = {}, rayStartParams = {} }: HeadGroupSpec | WorkerGroupSpec,
  at: string,
): readonly SpecProblem[] {
  return [
    ...problemsAmong([
      [
        rayStartParams["labels"] !== undefined,
        `${at}.rayStartParams.labels`,
        'is not supported; use the group\'s "labels"',
      ],
    ]),
    ...Object.entries(own).flatMap(([key, value]) =>
      problemsAmong([
        [
          !isQualifiedName(key),
          `${at}.labels`,
          `has the key "${key}", which is no label key; use "[prefix/]name" of letters, digits, "-", "_" and "."`,
        ],
        [
          !isLabelValue(value),
          `${at}.labels`,
          `has "${value}" under "${key}", which is no label value; use at most 63 letters, digits, "-", "_" and "."`,
        ],
      ]),
    ),
  ];
}

function bounds({ spec }: ClusterSubject, group: WorkerGroupSpec, at: string): readonly SpecProblem[] {
  const { minReplicas: min, maxReplicas: max } = group;
  const isFixed = !isAutoscaling(spec);
  return problemsAmong([
    [
      isFixed && min === undefined,
      `${at}.minReplicas`,
      "must be set unless the cluster scales itself; 0 is fine",
    ],
    [
      isFixed && max === undefined,
      `${at}.maxReplicas`,
      "must be set unless the cluster scales itself; 2147483647 means no limit",
    ],
    [min !== undefined && min < 0, `${at}.minReplicas`, `must not be negative, but is ${min}`],
    [max !== undefined && max < 0, `${at}.maxReplicas`, `must not be negative, but is ${max}`],
    [
      min !== undefined && max !== undefined && min > max,
      `${at}.minReplicas`,
      `must not exceed maxReplicas, but is ${min} and maxReplicas is ${max}`,
    ],
  ]);
}

function idleTimeout({ spec }: ClusterSubject, group: WorkerGroupSpec, at: string): readonly SpecProblem[] {
  const { idleTimeoutSeconds: seconds } = group;
  if (seconds === undefined) return [];
  return problemsAmong([
    [seconds < 0, `${at}.idleTimeoutSeconds`, `must not be negative, but is ${seconds}`],
    [
      autoscalerVersion(spec) !== "v2",
      `${at}.idleTimeoutSeconds`,
      'needs autoscaler v2; set "spec.autoscalerOptions.version" to "v2", or use "spec.autoscalerOptions.idleTimeoutSeconds"',
    ],
  ]);
}

function priority({ spec }: ClusterSubject, group: WorkerGroupSpec, at: string): readonly SpecProblem[] {
  if (!group.priority) return [];
  return problemsAmong([
    [
      isRayAtLeast(spec.rayVersion, "2.56.0") !== true,
      `${at}.priority`,
      `needs Ray 2.56.0 or later, but "spec.rayVersion" is "${spec.rayVersion ?? ""}"`,
    ],
    [
      autoscalerVersion(spec) !== "v2",
      `${at}.priority`,
      'needs autoscaler v2; set "spec.autoscalerOptions.version" to "v2"',
    ],
  ]);
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
