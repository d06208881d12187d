import { ANNOTATION } from "../vocabulary/annotations.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { type ClusterSubject, HEAD, HEAD_ENV, hasVariable, problemsAmong, rayContainerOf } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const OPTIONS = "spec.gcsFaultToleranceOptions";

/** Fault tolerance is asked for in one way, and its settings stand in one place. */
export function faultToleranceRules(cluster: ClusterSubject): readonly SpecProblem[] {
  const { spec, annotations } = cluster;
  const options = spec.gcsFaultToleranceOptions;
  const head = rayContainerOf(spec.headGroupSpec.template);
  const byAnnotation = annotations[ANNOTATION.faultTolerance] ?? "";
  const isOff = !options && byAnnotation.toLowerCase() !== "true";
  const hasUsername = Boolean(spec.headGroupSpec.rayStartParams?.["redis-username"]);
  return [
    ...problemsAmong([
      [
        options !== undefined && byAnnotation !== "",
        `metadata.annotations["${ANNOTATION.faultTolerance}"]`,
        `is the older way to say "${OPTIONS}", which is set too; remove the annotation`,
      ],
      [
        isOff && hasVariable(head, ENV.redisAddress),
        HEAD_ENV,
        `sets "${ENV.redisAddress}", which would turn fault tolerance on by the way; use "${OPTIONS}.redisAddress"`,
      ],
    ]),
    ...(options ? settingsElsewhere(cluster) : []),
    ...backendSettings(cluster),
    ...problemsAmong([
      [
        hasUsername,
        `${HEAD}.rayStartParams.redis-username`,
        `is not supported; use "${OPTIONS}.redisUsername"`,
      ],
      [
        hasVariable(head, ENV.redisUsername),
        HEAD_ENV,
        `must not set "${ENV.redisUsername}"; use "${OPTIONS}.redisUsername"`,
      ],
    ]),
  ];
}

function settingsElsewhere({ spec, annotations }: ClusterSubject): readonly SpecProblem[] {
  const head = rayContainerOf(spec.headGroupSpec.template);
  const hasPassword = Boolean(spec.headGroupSpec.rayStartParams?.["redis-password"]);
  return problemsAmong([
    [
      hasPassword,
      `${HEAD}.rayStartParams.redis-password`,
      `has no place beside the options; use "${OPTIONS}.redisPassword"`,
    ],
    [
      hasVariable(head, ENV.redisPassword),
      HEAD_ENV,
      `must not set "${ENV.redisPassword}"; use "${OPTIONS}.redisPassword"`,
    ],
    [
      hasVariable(head, ENV.redisAddress),
      HEAD_ENV,
      `must not set "${ENV.redisAddress}"; use "${OPTIONS}.redisAddress"`,
    ],
    [
      Boolean(annotations[ANNOTATION.externalStorageNamespace]),
      `metadata.annotations["${ANNOTATION.externalStorageNamespace}"]`,
      `has no place beside the options; use "${OPTIONS}.externalStorageNamespace"`,
    ],
  ]);
}

function backendSettings({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { backend = "redis", storage } = spec.gcsFaultToleranceOptions ?? {};
  return problemsAmong([
    [
      backend === "rocksdb",
      `${OPTIONS}.backend`,
      'is "rocksdb", which this operator does not support (KubeRay\'s feature gate "GCSFaultToleranceEmbeddedStorage"); use "redis"',
    ],
    [
      backend === "redis" && storage !== undefined,
      `${OPTIONS}.storage`,
      'belongs to the backend "rocksdb"; remove it',
    ],
  ]);
}
