import type { Container, Job, PodSpec, ResourceRequirements } from "@heliostat/kube";
import { redisCleanupJobName } from "../names/cluster-names.ts";
import { headPod } from "../pods/head-pod.ts";
import type { PodOptions } from "../pods/pod-context.ts";
import { withEnv } from "../pods/ray-container.ts";
import { SHELL } from "../pods/start-command.ts";
import { faultToleranceBackend } from "../raycluster/fault-tolerance.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { LABEL, REDIS_CLEANUP } from "../vocabulary/labels.ts";

/** How the head would be built. No batch scheduler: the job is no part of the cluster's gang. */
type CleanupOptions = Omit<PodOptions, "name">;

/** Whether a cluster leaves state in Redis behind, so that its deletion waits for a job which deletes that too. */
export function needsRedisCleanup(cluster: RayCluster): boolean {
  return faultToleranceBackend(cluster) === "redis";
}

/** How long a deletion waits for that job: the cluster's annotation, else five minutes (KubeRay rule). */
export function redisCleanupTimeoutSeconds({ metadata }: RayCluster): number {
  const text = metadata.annotations?.[ANNOTATION.redisCleanupTimeout] ?? "";
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return seconds > 0 ? seconds : 300;
}

/**
 * The job that deletes what a cluster kept in Redis, as KubeRay makes it: a pod like the head's, with its variables,
 * mounts and place, in which the Ray container calls Ray's own cleanup and ends. It is tried once.
 */
export function redisCleanupJob(cluster: RayCluster, options: CleanupOptions = {}): Job {
  const name = redisCleanupJobName(cluster);
  const { metadata, spec } = headPod(cluster, { ...options, name });
  const labels = { ...metadata.labels, [LABEL.nodeType]: REDIS_CLEANUP };
  const annotations = metadata.annotations ?? {};
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...ownedMetadata(cluster, name, labels), annotations },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 300,
      template: {
        metadata: { labels, annotations },
        spec: cleanupSpec(spec, options.settings?.cleanupResources),
      },
    },
  };
}

function cleanupSpec(spec: PodSpec | undefined, resources: ResourceRequirements = RESOURCES): PodSpec {
  const [rayContainer] = spec?.containers ?? [];
  const containers = rayContainer ? [{ ...cleanupContainer(rayContainer), resources }] : [];
  return { ...spec, containers, restartPolicy: "Never" };
}

const SMALL = { cpu: "200m", memory: "256Mi" };
const RESOURCES: ResourceRequirements = { limits: SMALL, requests: SMALL };

function cleanupContainer({
  livenessProbe,
  readinessProbe,
  startupProbe,
  ...container
}: Container): Container {
  const patient = withEnv(container, [
    { name: ENV.redisConnectRetries, value: "120" },
    { name: ENV.redisConnectWaitMs, value: "500" },
  ]);
  return {
    ...patient,
    command: SHELL,
    args: [`python -c '${CLEANUP}'`],
  };
}

/** Without quotes of the shell's. Older versions of Ray do not know `username`, so it is passed only where there is one. */
const CLEANUP = `
import os, sys
from urllib.parse import urlparse
from ray._private.gcs_utils import cleanup_redis_storage

first = os.environ["${ENV.redisAddress}"].split(",")[0]
address = urlparse(first if "://" in first else "redis://" + first)
credentials = {"password": os.environ.get("${ENV.redisPassword}", address.password or "")}
username = os.environ.get("${ENV.redisUsername}", address.username)
if username:
    credentials["username"] = username
is_clean = cleanup_redis_storage(
    host=address.hostname,
    port=address.port or 6379,
    use_ssl=address.scheme == "rediss",
    storage_namespace=os.environ["${ENV.externalStorageNamespace}"],
    **credentials,
)
sys.exit(0 if is_clean else 1)
`;
