import type { PodSpec, Volume as PodVolume, VolumeMount } from "@heliostat/kube";
import { parseQuantity } from "@heliostat/kube";
import {
  type Volume,
  Volume_AccessMode,
  Volume_HostPathType,
  Volume_MountPropagationMode,
  Volume_VolumeType,
} from "@heliostat/proto";
import { ApiError } from "../../errors/api-error.ts";
import { API_LABEL, API_MANAGER } from "../vocabulary.ts";

export const PROPAGATION: Readonly<Record<number, string>> = {
  [Volume_MountPropagationMode.HOSTTOCONTAINER]: "HostToContainer",
  [Volume_MountPropagationMode.BIDIRECTIONAL]: "Bidirectional",
};

export const ACCESS_MODE: Readonly<Record<number, string>> = {
  [Volume_AccessMode.RWO]: "ReadWriteOnce",
  [Volume_AccessMode.ROX]: "ReadOnlyMany",
  [Volume_AccessMode.RWX]: "ReadWriteMany",
};

/** The volumes of a pod and how its Ray container mounts them. Nothing at all where there are none. */
export function podVolumes(volumes: readonly Volume[]): Pick<PodSpec, "volumes"> {
  return volumes.length === 0 ? {} : { volumes: volumes.map(podVolume) };
}

export function volumeMounts(volumes: readonly Volume[]): { readonly volumeMounts?: readonly VolumeMount[] } {
  return volumes.length === 0 ? {} : { volumeMounts: volumes.map(volumeMount) };
}

function volumeMount({ name, mountPath, readOnly, mountPropagationMode }: Volume): VolumeMount {
  const mountPropagation = PROPAGATION[mountPropagationMode];
  return {
    name,
    mountPath,
    ...(readOnly && { readOnly }),
    ...(mountPropagation !== undefined && { mountPropagation }),
  };
}

function podVolume(volume: Volume): PodVolume {
  const { name, source, readOnly } = volume;
  switch (volume.volumeType) {
    case Volume_VolumeType.PERSISTENT_VOLUME_CLAIM:
      return { name, persistentVolumeClaim: { claimName: source, ...(readOnly && { readOnly }) } };
    case Volume_VolumeType.HOST_PATH: {
      const type = volume.hostPathType === Volume_HostPathType.FILE ? "File" : "Directory";
      return { name, hostPath: { path: source, type } };
    }
    case Volume_VolumeType.EPHEMERAL:
      return { name, ephemeral: { volumeClaimTemplate: claimTemplate(volume) } };
    case Volume_VolumeType.CONFIGMAP:
      return { name, configMap: { name: source, ...items(volume) } };
    case Volume_VolumeType.SECRET:
      return { name, secret: { secretName: source, ...items(volume) } };
    case Volume_VolumeType.EMPTY_DIR:
      return { name, emptyDir: sizeLimit(volume) };
    default:
      throw new ApiError(
        "InvalidArgument",
        `Cannot mount volume ${name}: volumeType must be 0 to 5, but is ${String(volume.volumeType)}`,
      );
  }
}

function claimTemplate({ storage, storageClassName, accessMode }: Volume) {
  if (storage === "") throw new ApiError("InvalidArgument", "storage for ephemeral volume is empty");
  if (parseQuantity(storage) === undefined)
    throw new ApiError("InvalidArgument", "storage for ephemeral volume is not specified correctly");
  return {
    metadata: { labels: { [API_LABEL.managedBy]: API_MANAGER } },
    spec: {
      accessModes: [ACCESS_MODE[accessMode] ?? "ReadWriteOnce"],
      resources: { requests: { storage } },
      ...(storageClassName !== "" && { storageClassName }),
    },
  };
}

function sizeLimit({ storage }: Volume): { readonly sizeLimit?: string } {
  if (storage === "") return {};
  if (parseQuantity(storage) === undefined)
    throw new ApiError("InvalidArgument", "storage for empty dir volume is not specified correctly");
  return { sizeLimit: storage };
}

function items({ items: paths }: Volume) {
  const entries = Object.entries(paths).sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.length === 0 ? {} : { items: entries.map(([key, path]) => ({ key, path })) };
}
