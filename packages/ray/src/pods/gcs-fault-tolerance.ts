import type { EnvVar } from "@heliostat/kube";
import { isFaultTolerant } from "../raycluster/fault-tolerance.ts";
import type { RayCluster, RedisCredential } from "../raycluster/types.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { NODE_TYPE } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { withDefaultEnv, withEnv, withRayContainer } from "./ray-container.ts";

/**
 * Step: the head keeps its state in Redis, and workers wait for a new head for ten minutes instead of one. (The other
 * backend, RocksDB, is behind a feature gate that validation keeps shut.)
 */
export function gcsFaultTolerance(pod: RayPod, { cluster, nodeType }: PodContext): RayPod {
  if (!isFaultTolerant(cluster)) return pod;
  if (nodeType === NODE_TYPE.worker) {
    return withRayContainer(pod, (container) =>
      withDefaultEnv(container, [{ name: ENV.gcsReconnectTimeout, value: "600" }]),
    );
  }
  const namespace = { name: ENV.externalStorageNamespace, value: externalStorageNamespace(cluster) };
  return withRayContainer(pod, (container) => {
    const named = withDefaultEnv(container, [namespace]);
    const isByOptions = cluster.spec.gcsFaultToleranceOptions !== undefined;
    return isByOptions
      ? withEnv(named, redisVariables(cluster))
      : withDefaultEnv(named, passwordParam(cluster));
  });
}

/** What the head pod says about it in its annotations. */
export function gcsFaultToleranceAnnotations(cluster: RayCluster): Readonly<Record<string, string>> {
  if (!isFaultTolerant(cluster)) return { [ANNOTATION.faultTolerance]: "false" };
  return {
    [ANNOTATION.faultTolerance]: "true",
    [ANNOTATION.externalStorageNamespace]: externalStorageNamespace(cluster),
  };
}

function externalStorageNamespace({ metadata, spec }: RayCluster): string {
  const byAnnotation = metadata.annotations?.[ANNOTATION.externalStorageNamespace];
  return spec.gcsFaultToleranceOptions?.externalStorageNamespace || byAnnotation || (metadata.uid ?? "");
}

function redisVariables({ spec }: RayCluster): readonly EnvVar[] {
  const { redisAddress = "", redisUsername, redisPassword } = spec.gcsFaultToleranceOptions ?? {};
  return [
    { name: ENV.redisAddress, value: redisAddress },
    ...credential(ENV.redisUsername, redisUsername),
    ...credential(ENV.redisPassword, redisPassword),
  ];
}

function credential(name: string, source: RedisCredential | undefined): readonly EnvVar[] {
  return source ? [{ name, ...source }] : [];
}

/** The older way: the password stands in the parameters, and whoever cleans up Redis later looks for it here. */
function passwordParam({ spec }: RayCluster): readonly EnvVar[] {
  const value = spec.headGroupSpec.rayStartParams?.["redis-password"];
  return value === undefined ? [] : [{ name: ENV.redisPassword, value }];
}
