import { rayContainerOf } from "../raycluster/ray-container.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { VOLUME } from "../vocabulary/container-names.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { type ClusterSubject, HEAD, HEAD_ENV, hasVariable, problemsAmong } from "./rule.ts";
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

function backendSettings(cluster: ClusterSubject): readonly SpecProblem[] {
  const { backend = "redis", storage } = cluster.spec.gcsFaultToleranceOptions ?? {};
  if (backend === "rocksdb") return [...rocksDbSettings(cluster), ...rocksDbByHand(cluster)];
  return problemsAmong([
    [storage !== undefined, `${OPTIONS}.storage`, 'belongs to the backend "rocksdb"; remove it'],
  ]);
}

const REDIS_FIELDS = ["redisAddress", "redisUsername", "redisPassword", "externalStorageNamespace"] as const;
const CLAIM_FIELDS = ["size", "storageClassName", "accessModes"] as const;

function rocksDbSettings({ spec }: ClusterSubject): readonly SpecProblem[] {
  const options = spec.gcsFaultToleranceOptions ?? {};
  const { storage = {} } = options;
  return [
    ...REDIS_FIELDS.filter((field) => options[field]).map((field) => ({
      field: `${OPTIONS}.${field}`,
      message: 'belongs to the backend "redis"; remove it',
    })),
    ...CLAIM_FIELDS.filter((field) => storage.claimName && storage[field] !== undefined).map((field) => ({
      field: `${OPTIONS}.storage.${field}`,
      message: `is for a claim that the operator makes, but "${OPTIONS}.storage.claimName" names one of your own; keep one of them`,
    })),
  ];
}

/** The operator sets where RocksDB lies, in the variables and in the volume. */
function rocksDbByHand({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { template } = spec.headGroupSpec;
  const head = rayContainerOf(template);
  const { name, mountPath } = VOLUME.gcsStorage;
  const mounts = head?.volumeMounts ?? [];
  return problemsAmong([
    ...[ENV.gcsStorage, ENV.gcsStoragePath].map(
      (variable) =>
        [
          hasVariable(head, variable),
          HEAD_ENV,
          `must not set "${variable}", which the operator sets for the backend "rocksdb"; remove it`,
        ] as const,
    ),
    [
      mounts.some((mount) => mount.name === name || mount.mountPath === mountPath),
      `${HEAD}.template.spec.containers[0].volumeMounts`,
      `must not mount "${name}" or anything at "${mountPath}", where the operator mounts RocksDB's volume; rename it`,
    ],
    [
      template.spec?.volumes?.some((volume) => volume.name === name) ?? false,
      `${HEAD}.template.spec.volumes`,
      `must not have a volume "${name}", which the operator adds for RocksDB; rename it`,
    ],
  ]);
}
