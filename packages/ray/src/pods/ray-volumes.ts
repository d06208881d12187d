import type { Container, EmptyDirVolumeSource } from "@heliostat/kube";
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
 * dashboard, and the history collector.
 */
export function sharedLogs(pod: RayPod, { cluster, nodeType }: PodContext): RayPod {
  const readers = [
    ...(nodeType === NODE_TYPE.head && isAutoscaling(cluster.spec) ? [CONTAINER.autoscaler] : []),
    ...(keepsHistory(cluster.spec) ? [CONTAINER.historyCollector] : []),
  ];
  if (readers.length === 0) return pod;
  const mount = (container: Container) => withMount(container, VOLUME.rayLogs);
  const mounted = readers.reduce(
    (each, reader) => withContainer(each, reader, mount),
    withRayContainer(pod, mount),
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

function withMount(container: Container, { name, mountPath }: MountedVolume): Container {
  if (isMounted(container, { name, mountPath })) return container;
  return { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, mountPath }] };
}

function withEmptyDir(pod: RayPod, { name }: MountedVolume, emptyDir: EmptyDirVolumeSource): RayPod {
  const { volumes = [] } = pod.spec;
  if (volumes.some((volume) => volume.name === name)) return pod;
  return { ...pod, spec: { ...pod.spec, volumes: [...volumes, { name, emptyDir }] } };
}
