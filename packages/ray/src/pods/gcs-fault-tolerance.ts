import type { EnvVar } from "@heliostat/kube";
import { gcsClaimName } from "../names/cluster-names.ts";
import { faultToleranceBackend } from "../raycluster/fault-tolerance.ts";
import type { RayCluster, RedisCredential } from "../raycluster/types.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { VOLUME } from "../vocabulary/container-names.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { NODE_TYPE } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { withDefaultEnv, withEnv, withRayContainer } from "./ray-container.ts";

/**
 * Step: the head keeps its state in Redis or in RocksDB on a volume, and workers wait for a new head for ten minutes
 * instead of one.
 */
export function gcsFaultTolerance(pod: RayPod, { cluster, nodeType }: PodContext): RayPod {
  const backend = faultToleranceBackend(cluster);
  if (!backend) return pod;
  if (nodeType === NODE_TYPE.worker) {
    return withRayContainer(pod, (container) =>
      withDefaultEnv(container, [{ name: ENV.gcsReconnectTimeout, value: "600" }]),
    );
  }
  return backend === "rocksdb" ? withRocksDb(pod, cluster) : withRedis(pod, cluster);
}

/** What the head pod says about it in its annotations. */
export function gcsFaultToleranceAnnotations(cluster: RayCluster): Readonly<Record<string, string>> {
  const backend = faultToleranceBackend(cluster);
  return {
    [ANNOTATION.faultTolerance]: String(backend !== undefined),
    ...(backend === "redis" && {
      [ANNOTATION.externalStorageNamespace]: externalStorageNamespace(cluster),
    }),
  };
}

function withRedis(pod: RayPod, cluster: RayCluster): RayPod {
  const namespace = { name: ENV.externalStorageNamespace, value: externalStorageNamespace(cluster) };
  return withRayContainer(pod, (container) => {
    const named = withDefaultEnv(container, [namespace]);
    const isByOptions = cluster.spec.gcsFaultToleranceOptions !== undefined;
    return isByOptions
      ? withEnv(named, redisVariables(cluster))
      : withDefaultEnv(named, passwordParam(cluster));
  });
}

function withRocksDb(pod: RayPod, cluster: RayCluster): RayPod {
  const { name, mountPath } = VOLUME.gcsStorage;
  const { subPath } = cluster.spec.gcsFaultToleranceOptions?.storage ?? {};
  const mount = { name, mountPath, ...(subPath && { subPath }) };
  const claim = { name, persistentVolumeClaim: { claimName: gcsClaimName(cluster) } };
  const mounted = withRayContainer(pod, (container) => ({
    ...withEnv(container, [
      { name: ENV.gcsStorage, value: "rocksdb" },
      { name: ENV.gcsStoragePath, value: mountPath },
    ]),
    volumeMounts: [...(container.volumeMounts ?? []), mount],
  }));
  return { ...mounted, spec: { ...mounted.spec, volumes: [...(mounted.spec.volumes ?? []), claim] } };
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
