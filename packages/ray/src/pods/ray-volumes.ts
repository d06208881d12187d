import type { Container, EmptyDirVolumeSource, VolumeMount } from "@heliostat/kube";
import { isAutoscaling } from "../raycluster/autoscaling.ts";
import { keepsHistory } from "../raycluster/history.ts";
import { CONTAINER, VOLUME } from "../vocabulary/container-names.ts";
import { NODE_TYPE } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { rayContainer, withContainer, withRayContainer } from "./ray-container.ts";

/**
 * Step: Ray's object store gets a `/dev/shm` of its container's memory, since that of a pod is 64 MiB. Left out where
 * the user mounts something there or keeps the store elsewhere.
 */
export function sharedMemory(pod: RayPod, { startParams }: PodContext): RayPod {
  const container = rayContainer(pod);
  if (startParams["plasma-directory"] !== undefined || isMounted(container, VOLUME.sharedMemory)) return pod;
  const { limits, requests } = container.resources ?? {};
  const sizeLimit = limits?.["memory"] ?? requests?.["memory"];
  const emptyDir = { medium: "Memory", ...(sizeLimit !== undefined && { sizeLimit }) };
  const mounted = withRayContainer(pod, (each) => withMount(each, VOLUME.sharedMemory));
  return withEmptyDir(mounted, VOLUME.sharedMemory, emptyDir);
}

/**
 * Step: Ray's logs are shared with whoever reads them beside it: the autoscaler, which so shows its events on the
 * dashboard, and the history collector. Where the user keeps Ray's logs on a volume of their own, the collector reads
 * that one; the autoscaler writes to ours (KubeRay rule).
 */
export function sharedLogs(pod: RayPod, { cluster, nodeType }: PodContext): RayPod {
  const hasAutoscaler = nodeType === NODE_TYPE.head && isAutoscaling(cluster.spec);
  const hasCollector = keepsHistory(cluster.spec);
  if (!hasAutoscaler && !hasCollector) return pod;
  const shared = withRayContainer(pod, (container) => withMount(container, VOLUME.rayLogs));
  const scaling = hasAutoscaler
    ? withContainer(shared, CONTAINER.autoscaler, (container) => withMount(container, VOLUME.rayLogs))
    : shared;
  const logs = rayContainer(shared).volumeMounts?.find(
    ({ mountPath }) => mountPath === VOLUME.rayLogs.mountPath,
  );
  const mounted = withContainer(scaling, CONTAINER.historyCollector, (container) =>
    withMount(container, logs ?? VOLUME.rayLogs),
  );
  const isNeeded = mounted.spec.containers.some(({ volumeMounts }) =>
    volumeMounts?.some(({ name }) => name === VOLUME.rayLogs.name),
  );
  return isNeeded ? withEmptyDir(mounted, VOLUME.rayLogs, {}) : mounted;
}

interface MountedVolume {
  readonly name: string;
  readonly mountPath: string;
}

function isMounted({ volumeMounts = [] }: Container, { mountPath }: MountedVolume): boolean {
  return volumeMounts.some((mount) => mount.mountPath === mountPath);
}

function withMount(container: Container, mount: VolumeMount): Container {
  if (isMounted(container, mount)) return container;
  return { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
}

function withEmptyDir(pod: RayPod, { name }: MountedVolume, emptyDir: EmptyDirVolumeSource): RayPod {
  const { volumes = [] } = pod.spec;
  if (volumes.some((volume) => volume.name === name)) return pod;
  return { ...pod, spec: { ...pod.spec, volumes: [...volumes, { name, emptyDir }] } };
}
